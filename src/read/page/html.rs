//! Web pages, as many programs export a table under the name `.xls`: tags as they come, closed or not.

use super::Page;
use crate::read::limits::Passed;
use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Elements whose text is not shown.
const UNSEEN: [&[u8]; 5] = [b"script", b"style", b"title", b"xml", b"noscript"];
/// Elements that strike through what stands in them.
const STRIKING: [&[u8]; 3] = [b"s", b"strike", b"del"];
/// Elements that begin a new line.
const LINES: [&[u8]; 12] = [b"p", b"div", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6", b"li", b"ul", b"caption", b"hr"];

/// Reads a page into rows; whether every table of it ends, as in a copy that was interrupted none does.
pub(crate) fn read(text: &str, page: &mut Page) -> Result<bool, Passed> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut unseen: Option<HtmlString> = None;
    let (mut classes, mut struck, mut tables) = (BTreeSet::new(), 0_usize, 0_usize);
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::EndTag(tag) if unseen.as_ref() == Some(&tag.name) => unseen = None,
            Token::String(said) if unseen.as_ref().is_some_and(|u| u.as_slice() == b"style") => {
                classes.extend(struck_classes(&String::from_utf8_lossy(&said)));
            }
            _ if unseen.is_some() => {}
            Token::String(said) => {
                let said = String::from_utf8_lossy(&said);
                if struck > 0 && !said.trim().is_empty() {
                    page.strike();
                }
                page.text(&said);
            }
            Token::StartTag(tag) if UNSEEN.contains(&tag.name.as_slice()) && !tag.self_closing => unseen = Some(tag.name),
            Token::StartTag(tag) => {
                struck += usize::from(STRIKING.contains(&tag.name.as_slice()));
                tables += usize::from(tag.name.as_slice() == b"table");
                begin(&tag, page)?;
                if attribute(&tag, b"style").contains("line-through") || attribute(&tag, b"class").split(' ').any(|c| classes.contains(c)) {
                    page.strike();
                }
            }
            Token::EndTag(tag) => {
                struck = struck.saturating_sub(usize::from(STRIKING.contains(&tag.name.as_slice())));
                tables = tables.saturating_sub(usize::from(tag.name.as_slice() == b"table"));
                end(&tag.name, page)?;
            }
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    Ok(tables == 0)
}

fn attribute<'t>(tag: &'t StartTag<()>, name: &[u8]) -> Cow<'t, str> {
    tag.attributes.get(name).map_or(Cow::Borrowed(""), |v| String::from_utf8_lossy(v))
}

fn begin(tag: &StartTag<()>, page: &mut Page) -> Result<(), Passed> {
    let span = |name: &[u8]| attribute(tag, name).trim().parse().unwrap_or(1);
    match tag.name.as_slice() {
        b"table" => page.begin_table(),
        b"tr" => page.begin_row(attribute(tag, b"style").replace(' ', "").contains("display:none")),
        b"td" | b"th" => page.begin_cell(span(b"colspan"), span(b"rowspan")),
        b"br" if page.in_cell() => {
            page.text(" ");
            Ok(())
        }
        name if name == b"br" || LINES.contains(&name) => page.end_paragraph(),
        _ => Ok(()),
    }
}

fn end(name: &[u8], page: &mut Page) -> Result<(), Passed> {
    match name {
        b"table" => page.begin_table(),
        b"tr" => page.end_row(),
        b"td" | b"th" => page.end_cell(),
        name if LINES.contains(&name) => page.end_paragraph(),
        _ => Ok(()),
    }
}

/// Classes of a style sheet that strike through: `.xl66 {text-decoration:line-through}`.
fn struck_classes(sheet: &str) -> impl Iterator<Item = String> {
    let rules = sheet.split('}').filter_map(|rule| rule.split_once('{')).filter(|(_, looks)| looks.contains("line-through"));
    rules.flat_map(|(names, _)| names.split(',').filter_map(|n| Some(n.split_once('.')?.1.trim().to_ascii_lowercase())).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::Page;
    use crate::read::limits::{Limits, Passed};
    use std::ops::ControlFlow;

    #[test]
    fn reads_rows_as_a_browser_shows_them() {
        let text = "<html><head><style>.x1 {text-decoration: line-through}</style><title>t</title></head><body><!-- <td>no</td> -->\
             <h1>Heures &eacute;t&#233;</h1><TABLE border=1><tr><td rowspan=2>Matricule<td colspan=\"2\">A &amp; B</tr>\
             <tr><th>c<br>d<th>e</tr><tr style='display: none'><td>1</td><td class=x1>2</td><td><s>3</s></td></tr></table>Total &lt; 5";
        let mut page = Page::new(&Limits::default());
        super::read(text, &mut page).expect("within limits");
        let (grid, marks) = page.finish().expect("within limits");
        let mut rows = Vec::new();
        grid.for_each(&mut |row| {
            rows.push((row.number, row.hidden, row.cells.iter().map(|c| c.shown().into_owned()).collect::<Vec<_>>().join("|")));
            ControlFlow::Continue(())
        });
        let shown =
            [(1, false, "Heures été"), (2, false, "Matricule|A & B"), (3, false, "|c d|e"), (4, true, "1|2|3"), (5, false, "Total < 5")];
        assert_eq!(rows, shown.map(|(n, h, t)| (n, h, t.to_owned())));
        assert_eq!(marks.iter().map(|m| (m.0, m.1)).collect::<Vec<_>>(), [(4, 1), (4, 2)]);
        assert_eq!(grid.merged.len(), 2);
    }

    #[test]
    fn cells_that_reach_far_have_an_end() {
        let limits = Limits { cells: 100_000, ..Limits::default() };
        for text in
            ["<td colspan=1000 rowspan=1000>".repeat(1_000), "<tr><td rowspan=1000 colspan=900>".to_owned() + &"<tr><td>1".repeat(999)]
        {
            let mut page = Page::new(&limits);
            assert_eq!(super::read(&format!("<table>{text}"), &mut page), Err(Passed::Cells));
        }
    }
}
