//! Web pages, as many programs export a table under the name `.xls`: tags as they come, closed or not.

use super::Page;
use crate::read::limits::Passed;
use quick_xml::escape::resolve_html5_entity;
use std::collections::BTreeSet;

/// Elements whose text is not shown.
const UNSEEN: [&str; 5] = ["script", "style", "title", "xml", "noscript"];
/// Elements that begin a new line.
const LINES: [&str; 12] = ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "caption", "hr"];

/// One tag, in small letters.
struct Tag<'t> {
    name: String,
    closes: bool,
    attributes: &'t str,
}

impl Tag<'_> {
    /// What an attribute says, between quotes or up to a blank.
    fn attribute(&self, name: &str) -> Option<String> {
        let small = self.attributes.to_ascii_lowercase();
        let mut from = 0;
        loop {
            let at = from + small.get(from..)?.find(name)?;
            from = at + name.len();
            let begins = at == 0 || small[..at].ends_with(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
            let Some(value) = small[from..].trim_start().strip_prefix('=').filter(|_| begins) else { continue };
            let value = value.trim_start();
            let end = match value.chars().next()? {
                quote @ ('"' | '\'') => return value[1..].split(quote).next().map(str::to_owned),
                _ => value.find(char::is_whitespace).unwrap_or(value.len()),
            };
            return Some(value[..end].to_owned());
        }
    }

    fn span(&self, name: &str) -> u32 {
        self.attribute(name).and_then(|n| n.parse().ok()).unwrap_or(1)
    }
}

/// Reads a page into rows.
pub(crate) fn read(text: &str, page: &mut Page) -> Result<(), Passed> {
    let mut striking = BTreeSet::new();
    let mut rest = text;
    // Elements that strike through what stands in them.
    let mut struck = 0_usize;
    while let Some(at) = rest.find('<') {
        say(&rest[..at], struck > 0, page);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some((tag, behind)) = tag(rest) else {
            say("<", struck > 0, page);
            rest = &rest[1..];
            continue;
        };
        rest = behind;
        if !tag.closes && UNSEEN.contains(&tag.name.as_str()) {
            let end = closing(rest, &tag.name);
            if tag.name == "style" {
                striking.extend(struck_classes(&rest[..end]));
            }
            rest = &rest[end..];
            continue;
        }
        match (tag.name.as_str(), tag.closes) {
            ("s" | "strike" | "del", false) => struck += 1,
            ("s" | "strike" | "del", true) => struck = struck.saturating_sub(1),
            _ => step(&tag, &striking, page)?,
        }
    }
    say(rest, struck > 0, page);
    Ok(())
}

fn step(tag: &Tag<'_>, striking: &BTreeSet<String>, page: &mut Page) -> Result<(), Passed> {
    let style = if tag.closes { String::new() } else { tag.attribute("style").unwrap_or_default() };
    match (tag.name.as_str(), tag.closes) {
        ("table", _) => page.begin_table()?,
        ("tr", false) => page.begin_row(style.replace(' ', "").contains("display:none"))?,
        ("tr", true) => page.end_row()?,
        ("td" | "th", false) => page.begin_cell(tag.span("colspan"), tag.span("rowspan"))?,
        ("td" | "th", true) => page.end_cell()?,
        ("br", _) if page.in_cell() => page.text(" "),
        ("br", _) => page.end_paragraph()?,
        (name, _) if LINES.contains(&name) => page.end_paragraph()?,
        _ => {}
    }
    let classes = || tag.attribute("class").unwrap_or_default();
    if style.contains("line-through") || !striking.is_empty() && !tag.closes && classes().split(' ').any(|c| striking.contains(c)) {
        page.strike();
    }
    Ok(())
}

fn say(text: &str, struck: bool, page: &mut Page) {
    if struck && !text.trim().is_empty() {
        page.strike();
    }
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        page.text(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.find(';').filter(|end| *end <= 32).and_then(|end| Some((entity(&rest[..end])?, end))) {
            Some((sign, end)) => {
                page.text(&sign);
                rest = &rest[end + 1..];
            }
            None => page.text("&"),
        }
    }
    page.text(rest);
}

fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        };
        return code.and_then(char::from_u32).map(String::from);
    }
    resolve_html5_entity(name).map(str::to_owned)
}

/// The tag at the beginning of a text, and what stands behind it.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let inner = text.strip_prefix('<')?;
    let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |i| (true, i));
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
        return None;
    }
    let mut quote = None;
    let end = inner.char_indices().find_map(|(at, c)| match (quote, c) {
        (None, '>') => Some(at),
        (None, '"' | '\'') => {
            quote = Some(c);
            None
        }
        (Some(q), c) if q == c => {
            quote = None;
            None
        }
        _ => None,
    });
    // A quote that nothing ends is no quote.
    let end = end.or_else(|| inner.find('>'))?;
    let (within, behind) = (&inner[..end], &inner[end + 1..]);
    let stop = within.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(within.len());
    Some((Tag { name: within[..stop].to_ascii_lowercase(), closes, attributes: &within[stop..] }, behind))
}

/// Where the closing tag of an element begins; the end when nothing closes it.
fn closing(text: &str, name: &str) -> usize {
    let closes = format!("</{name}");
    text.match_indices("</")
        .find(|(at, _)| text.get(*at..at + closes.len()).is_some_and(|t| t.eq_ignore_ascii_case(&closes)))
        .map_or(text.len(), |m| m.0)
}

/// Classes of a style sheet that strike through: `.xl66 {text-decoration:line-through}`.
fn struck_classes(sheet: &str) -> impl Iterator<Item = String> {
    let rules = sheet.split('}').filter_map(|rule| rule.split_once('{')).filter(|(_, looks)| looks.contains("line-through"));
    rules.flat_map(|(names, _)| names.split(',').filter_map(|n| Some(n.split_once('.')?.1.trim().to_ascii_lowercase())).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::Page;
    use crate::read::limits::Limits;
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
}
