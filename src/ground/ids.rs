//! Identifiers: parsed once, valid ever after.

use std::fmt;

/// How an employee is known to the employer (matricule), as text with its leading zeros, in one of the employee's posts.
/// Nearly everybody has one; who has several is paid for each by itself, and `00123/2` is the second.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EmployeeId {
    number: Box<str>,
    post: u16,
}

impl EmployeeId {
    /// A number, in the first post. `None` when there is nothing but blanks.
    pub fn parse(text: &str) -> Option<Self> {
        let t = text.trim();
        (!t.is_empty()).then(|| Self { number: t.into(), post: 1 })
    }
    /// A number and a post as this program shows them, `00123/2`; `None` when the text has no post. Some employers' numbers
    /// look like that by themselves: whoever asks looks for the whole text first.
    pub fn parse_post(text: &str) -> Option<Self> {
        let (number, post) = text.trim().rsplit_once('/')?;
        let post = post.parse().ok().filter(|p| (1..100).contains(p))?;
        Some(Self::parse(number)?.at_post(post))
    }
    /// The same employee in another post, counted from one.
    #[must_use]
    pub fn at_post(&self, post: u16) -> Self {
        Self { number: self.number.clone(), post }
    }
    pub const fn post(&self) -> u16 {
        self.post
    }
    /// The employee's number, whichever the post.
    pub fn as_str(&self) -> &str {
        &self.number
    }
    /// The number without leading zeros: how a spreadsheet that took it for a number writes it.
    pub fn bare(&self) -> &str {
        bare(&self.number)
    }
}

/// Drops leading zeros, keeping at least one character.
pub fn bare(id: &str) -> &str {
    let t = id.trim_start_matches('0');
    if t.is_empty() && !id.is_empty() { "0" } else { t }
}

impl fmt::Display for EmployeeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)?;
        if self.post == 1 { Ok(()) } else { write!(f, "/{}", self.post) }
    }
}
