//! Formula text → syntax tree: our lexer and Pratt parser, so that every message points at its characters.
//!
//! Knows no name and no unit beyond spelling; binding is `plan`'s work.

use crate::ground::Exact;
use crate::rules::kinds::Unit;
use chrono::NaiveDate;
use std::ops::Range;

/// A node with the bytes of the formula it stands on.
#[derive(Clone, Debug)]
pub struct Expr {
    pub node: Node,
    pub span: Range<usize>,
}

#[derive(Clone, Debug)]
pub enum Node {
    Number(Exact, Unit),
    Date(NaiveDate),
    Name(String),
    /// `element.base`.
    Field(String, String),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `x in (a, b)`.
    In(Box<Expr>, Vec<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
    /// `x ?? y`.
    Else,
}

impl Op {
    const fn power(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge => 4,
            Self::Add | Self::Sub => 5,
            Self::Mul | Self::Div => 6,
            Self::Else => 8,
        }
    }
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "−",
            Self::Mul => "×",
            Self::Div => "/",
            Self::Eq => "=",
            Self::Ne => "≠",
            Self::Lt => "<",
            Self::Le => "≤",
            Self::Gt => ">",
            Self::Ge => "≥",
            Self::And => "et",
            Self::Or => "ou",
            Self::Else => "??",
        }
    }
}

/// Why a formula cannot be read: a code of the catalogue, its argument and the bytes concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    pub code: &'static str,
    pub text: String,
    pub span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(Exact, bool),
    Date(NaiveDate),
    Word(String),
    Op(Op),
    Percent,
    Not,
    Dot,
    Comma,
    Open,
    Close,
    Colon,
}

type Tokens = Vec<(Token, Range<usize>)>;

fn problem(code: &'static str, text: &str, span: Range<usize>) -> SyntaxProblem {
    SyntaxProblem { code, text: text.to_owned(), span }
}

fn lex(text: &str) -> Result<Tokens, SyntaxProblem> {
    let b = text.as_bytes();
    let mut out: Tokens = Vec::new();
    let mut i = 0;
    while i < b.len() {
        let start = i;
        let c = b[i];
        if c.is_ascii_whitespace() {
            i += 1;
            continue;
        }
        let token = if c.is_ascii_digit() {
            if let Some(day) = text.get(i..i + 10).filter(|t| is_written_as_a_day(t)) {
                i += 10;
                let date = NaiveDate::parse_from_str(day, "%Y-%m-%d");
                Token::Date(date.map_err(|_| problem("L18", day, start..i))?)
            } else {
                while i < b.len() && (b[i].is_ascii_digit() || (b[i] == b'.' && b.get(i + 1).is_some_and(u8::is_ascii_digit))) {
                    i += 1;
                }
                let n = Exact::parse(&text[start..i]).ok_or_else(|| problem("L10", &text[start..i], start..i))?;
                Token::Number(n, text[start..i].contains('.'))
            }
        } else if let Some(n) = letter(text, i) {
            // Accented letters too: `majoré` is then an unknown name with a suggestion, not a stray character.
            i += n;
            while let Some(n) = letter(text, i).or_else(|| b.get(i).filter(|c| c.is_ascii_digit()).map(|_| 1)) {
                i += n;
            }
            match &text[start..i] {
                "and" => Token::Op(Op::And),
                "or" => Token::Op(Op::Or),
                "not" => Token::Not,
                w => Token::Word(w.to_owned()),
            }
        } else {
            let two = text.get(i..i + 2).unwrap_or("");
            let (t, n) = match (two, c) {
                ("!=", _) => (Token::Op(Op::Ne), 2),
                ("<=", _) => (Token::Op(Op::Le), 2),
                (">=", _) => (Token::Op(Op::Ge), 2),
                ("==", _) => return Err(problem("L11", "==", start..start + 2)),
                ("??", _) => (Token::Op(Op::Else), 2),
                (_, b'=') => (Token::Op(Op::Eq), 1),
                (_, b'<') => (Token::Op(Op::Lt), 1),
                (_, b'>') => (Token::Op(Op::Gt), 1),
                (_, b'+') => (Token::Op(Op::Add), 1),
                (_, b'-') => (Token::Op(Op::Sub), 1),
                (_, b'*') => (Token::Op(Op::Mul), 1),
                (_, b'/') => (Token::Op(Op::Div), 1),
                (_, b'%') => (Token::Percent, 1),
                (_, b'.') => (Token::Dot, 1),
                (_, b',') => (Token::Comma, 1),
                (_, b'(') => (Token::Open, 1),
                (_, b')') => (Token::Close, 1),
                (_, b':') => (Token::Colon, 1),
                _ => {
                    let c = text[i..].chars().next().unwrap_or('?');
                    return Err(problem("L12", &c.to_string(), start..start + c.len_utf8()));
                }
            };
            i += n;
            t
        };
        out.push((token, start..i));
    }
    Ok(out)
}

/// `2026-02-30` is meant as a day, though the calendar has none: taken for subtractions it would be a number.
fn is_written_as_a_day(text: &str) -> bool {
    text.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() })
}

/// Bytes of the letter or underscore at `i`, if one stands there.
fn letter(text: &str, i: usize) -> Option<usize> {
    let c = text.get(i..)?.chars().next()?;
    (c.is_alphabetic() || c == '_').then(|| c.len_utf8())
}

struct Parser<'t> {
    tokens: Tokens,
    at: usize,
    end: usize,
    depth: u32,
    text: &'t str,
}

/// Deepest nesting of a formula.
const DEPTH: u32 = 64;

/// Reads one formula.
///
/// # Errors
/// The first thing that cannot be read.
pub fn parse(text: &str) -> Result<Expr, SyntaxProblem> {
    let tokens = lex(text)?;
    let mut p = Parser { tokens, at: 0, end: text.len(), depth: 0, text };
    let e = p.expr(0)?;
    match p.peek() {
        None => Ok(e),
        Some(_) => Err(p.unexpected()),
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|t| &t.0)
    }
    fn span(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or(self.end..self.end, |t| t.1.clone())
    }
    fn next(&mut self) -> Option<(Token, Range<usize>)> {
        let t = self.tokens.get(self.at).cloned();
        self.at += 1;
        t
    }
    fn unexpected(&self) -> SyntaxProblem {
        let span = self.span();
        let number = |t: Option<&(Token, Range<usize>)>| match t {
            Some((Token::Number(..), s)) => Some(self.text[s.clone()].to_owned()),
            _ => None,
        };
        // `12,50` as one writes it in French.
        if self.peek() == Some(&Token::Comma)
            && let (Some(whole), Some(part)) = (number(self.tokens.get(self.at.wrapping_sub(1))), number(self.tokens.get(self.at + 1)))
        {
            return problem("L17", &format!("{whole}.{part}"), span);
        }
        match self.peek() {
            None => problem("L14", "", span),
            Some(_) => problem("L13", &self.text[span.clone()], span),
        }
    }
    fn eat(&mut self, t: &Token) -> bool {
        let hit = self.peek() == Some(t);
        if hit {
            self.at += 1;
        }
        hit
    }
    fn need(&mut self, t: &Token) -> Result<(), SyntaxProblem> {
        if self.eat(t) { Ok(()) } else { Err(self.unexpected()) }
    }
    fn word(&mut self, w: &str) -> bool {
        let hit = matches!(self.peek(), Some(Token::Word(x)) if x == w);
        if hit {
            self.at += 1;
        }
        hit
    }

    fn expr(&mut self, min: u8) -> Result<Expr, SyntaxProblem> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(problem("L15", "", self.span()));
        }
        let mut left = self.prefix()?;
        loop {
            if min <= 4 && matches!(self.peek(), Some(Token::Word(w)) if w == "in") {
                self.at += 1;
                let list = self.arguments()?;
                let span = left.span.start..self.tokens[self.at - 1].1.end;
                left = Expr { node: Node::In(Box::new(left), list), span };
                continue;
            }
            let Some(Token::Op(op)) = self.peek() else { break };
            let op = *op;
            if op.power() < min {
                break;
            }
            self.at += 1;
            let right = self.expr(op.power() + 1)?;
            let span = left.span.start..right.span.end;
            left = Expr { node: Node::Binary(op, Box::new(left), Box::new(right)), span };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn arguments(&mut self) -> Result<Vec<Expr>, SyntaxProblem> {
        self.need(&Token::Open)?;
        let mut list = Vec::new();
        if self.eat(&Token::Close) {
            return Ok(list);
        }
        loop {
            list.push(self.expr(0)?);
            if self.eat(&Token::Close) {
                return Ok(list);
            }
            self.need(&Token::Comma)?;
        }
    }

    fn prefix(&mut self) -> Result<Expr, SyntaxProblem> {
        let Some((token, span)) = self.next() else {
            self.at -= 1;
            return Err(self.unexpected());
        };
        let start = span.start;
        match token {
            Token::Number(n, decimal) => self.number(n, decimal, span),
            Token::Date(d) => Ok(Expr { node: Node::Date(d), span }),
            Token::Op(Op::Sub) => {
                let e = self.expr(7)?;
                Ok(Expr { span: start..e.span.end, node: Node::Negate(Box::new(e)) })
            }
            Token::Not => {
                let e = self.expr(3)?;
                Ok(Expr { span: start..e.span.end, node: Node::Not(Box::new(e)) })
            }
            Token::Open => {
                let e = self.expr(0)?;
                self.need(&Token::Close)?;
                Ok(Expr { span: start..self.tokens[self.at - 1].1.end, node: e.node })
            }
            Token::Word(w) if w == "if" => {
                let c = self.expr(0)?;
                if !self.word("then") {
                    return Err(problem("L16", "then", self.span()));
                }
                let a = self.expr(0)?;
                if !self.word("else") {
                    return Err(problem("L16", "else", self.span()));
                }
                let b = self.expr(0)?;
                Ok(Expr { span: start..b.span.end, node: Node::If(Box::new(c), Box::new(a), Box::new(b)) })
            }
            Token::Word(w) if matches!(self.peek(), Some(Token::Open)) => {
                let args = self.arguments()?;
                Ok(Expr { span: start..self.tokens[self.at - 1].1.end, node: Node::Call(w, args) })
            }
            Token::Word(w) if matches!(self.peek(), Some(Token::Dot)) => {
                self.at += 1;
                match self.next() {
                    Some((Token::Word(f), s)) => Ok(Expr { span: start..s.end, node: Node::Field(w, f) }),
                    _ => {
                        self.at -= 1;
                        Err(self.unexpected())
                    }
                }
            }
            Token::Word(w) if !matches!(w.as_str(), "then" | "else" | "in") => Ok(Expr { node: Node::Name(w), span }),
            Token::Op(_) | Token::Percent | Token::Dot | Token::Comma | Token::Close | Token::Colon | Token::Word(_) => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    /// A number with its percent sign, its fraction (`32/35`, whole numbers only) or its unit.
    fn number(&mut self, n: Exact, decimal: bool, span: Range<usize>) -> Result<Expr, SyntaxProblem> {
        if self.eat(&Token::Percent) {
            let end = self.tokens[self.at - 1].1.end;
            let n = n.div(Exact::int(100)).ok_or_else(|| problem("L10", "", span.clone()))?;
            return Ok(Expr { node: Node::Number(n, Unit::NONE), span: span.start..end });
        }
        let _ = decimal;
        let mut unit = Unit::NONE;
        let mut end = span.end;
        if let Some(Token::Word(w)) = self.peek()
            && let Some(u) = Unit::word(w)
        {
            unit = u;
            end = self.span().end;
            self.at += 1;
            while self.peek() == Some(&Token::Op(Op::Div)) {
                let Some((Token::Word(w), s)) = self.tokens.get(self.at + 1) else { break };
                let Some(u) = Unit::word(w) else { break };
                // `14 h / an` is a unit only when nothing but the unit word follows the stroke directly.
                if s.start != self.tokens[self.at].1.end {
                    break;
                }
                unit = unit.per(u);
                end = s.end;
                self.at += 2;
            }
        }
        Ok(Expr { node: Node::Number(n, unit), span: span.start..end })
    }
}

impl Expr {
    /// Every name the formula mentions, with its bytes.
    pub fn names(&self, out: &mut Vec<(String, Range<usize>)>) {
        match &self.node {
            Node::Number(..) | Node::Date(_) => {}
            Node::Name(n) | Node::Field(n, _) => out.push((n.clone(), self.span.clone())),
            Node::Negate(e) | Node::Not(e) => e.names(out),
            Node::Binary(_, a, b) => {
                a.names(out);
                b.names(out);
            }
            Node::In(a, list) => {
                a.names(out);
                for e in list {
                    e.names(out);
                }
            }
            Node::If(c, a, b) => {
                c.names(out);
                a.names(out);
                b.names(out);
            }
            Node::Call(f, list) => {
                out.push((f.clone(), self.span.clone()));
                for e in list {
                    e.names(out);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(e: &Expr) -> String {
        match &e.node {
            Node::Number(n, u) if *u == Unit::NONE => n.to_string(),
            Node::Number(n, u) => format!("{n}[{u}]"),
            Node::Date(d) => d.to_string(),
            Node::Name(n) => n.clone(),
            Node::Field(n, f) => format!("{n}.{f}"),
            Node::Negate(e) => format!("(-{})", shape(e)),
            Node::Not(e) => format!("(not {})", shape(e)),
            Node::Binary(o, a, b) => format!("({} {o:?} {})", shape(a), shape(b)),
            Node::In(a, l) => format!("({} in {})", shape(a), l.iter().map(shape).collect::<Vec<_>>().join("|")),
            Node::If(c, a, b) => format!("(if {} {} {})", shape(c), shape(a), shape(b)),
            Node::Call(f, l) => format!("{f}({})", l.iter().map(shape).collect::<Vec<_>>().join(", ")),
        }
    }

    #[test]
    fn binds_as_arithmetic_does() {
        for (text, tree) in [
            ("a + b * c", "(a Add (b Mul c))"),
            ("a - b - c", "((a Sub b) Sub c)"),
            ("-a * b", "((-a) Mul b)"),
            ("not a = b and c", "((not (a Eq b)) And c)"),
            ("if a then b else c + 1", "(if a b (c Add 1))"),
            ("statut in (titulaire, stagiaire) or x.base > 14 h", "((statut in titulaire|stagiaire) Or (x.base Gt 14[h]))"),
            ("max(0, a ?? 5 %)", "max(0, (a Else 0.05))"),
            ("1820 h/an * 2", "(1820[h/an] Mul 2)"),
            ("d >= 2025-03-01", "(d Ge 2025-03-01)"),
        ] {
            assert_eq!(parse(text).map(|e| shape(&e)), Ok(tree.to_owned()), "{text}");
        }
    }

    #[test]
    fn points_at_what_it_cannot_read() {
        for (text, code, span) in [
            ("d > 2026-02-30", "L18", 4..14),
            ("a +", "L14", 3..3),
            ("a + )", "L13", 4..5),
            ("a == b", "L11", 2..4),
            ("a # b", "L12", 2..3),
            ("if a b", "L16", 5..6),
        ] {
            let p = parse(text).expect_err("not a formula");
            assert_eq!((p.code, p.span), (code, span), "{text}");
        }
    }

    #[test]
    fn refuses_a_formula_nested_beyond_reason() {
        assert_eq!(parse(&"(".repeat(500)).expect_err("too deep").code, "L15");
    }
}
