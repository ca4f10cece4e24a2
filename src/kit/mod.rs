//! A kit: what a job starts from, or any folder, in one encrypted file. Its contents, as they are before sealing.
//!
//! Files with their names and a list of them (`kit.toml`) → a zip archive (`packed`) → an age file (`sealed`), and back.
//! The archive is the same to the byte for the same contents; the age file never is, for its salt and its keys are drawn anew.
//! Knows no pay and no disk.

mod packed;
mod sealed;

pub use packed::{Largest, pack, unpack};
pub use sealed::{BUILT, Passphrase, SHORTEST, WORK, open, seal};

use crate::ground::{Finding, Place, Severity};
use std::collections::BTreeMap;

/// Name of the list within the archive.
pub const LIST: &str = "kit.toml";
/// Format of the list.
pub const FORMAT: u32 = 1;

/// Files by name, with `/`, relative to the folder they go to.
pub type Files = BTreeMap<String, Vec<u8>>;

/// What a file of this kind holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kit {
    pub head: Head,
    pub files: Files,
}

/// `kit.toml`, without the list of files, which follows from them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    /// Version of the program that made it.
    pub program: String,
    /// Absent for a sealed folder, from which no job starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<Told>,
}

/// The month a kit tells of, and how well it was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Told {
    pub employer: String,
    /// The month that was paid.
    pub last_month: String,
    /// The month that was rehearsed, usually the one after.
    pub rehearsed: String,
    pub pack: String,
    pub pack_version: String,
    /// Employees of last month, and those whom the rules reproduce to the cent.
    pub employees: u64,
    pub exact: u64,
    pub lines_exact: u64,
    pub lines_gap: u64,
    pub lines_carried: u64,
    /// How many would be paid how, had the rehearsed month to be paid from this alone.
    pub modes: BTreeMap<String, u64>,
    pub set_aside: u64,
}

impl Head {
    /// As TOML, for a person.
    pub fn shown(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }
}

/// Why a kit is not made or not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The program was built without encryption.
    NotBuilt,
    /// The passphrase is too short.
    Short,
    /// The passphrase does not open the file.
    Passphrase,
    /// Not an age file with a passphrase.
    Foreign,
    /// Cut short or altered.
    Damaged,
    /// Asks for more work than an honest file.
    Work,
    /// Larger than this many MiB.
    Large(u64),
    /// Opens, and is something else.
    NotAKit,
    /// Made by a later program.
    Later(String),
    /// A file that is not as the list says, or not listed.
    Unlike(String),
    /// A name that could leave the folder or that a system cannot keep.
    Name(String),
}

impl Refused {
    /// The finding, at the file it is about.
    pub fn finding(&self, file: &str) -> Finding {
        let (code, arg) = match self {
            Self::NotBuilt => ("K01", None),
            Self::Short => ("K02", Some(("least", SHORTEST.to_string()))),
            Self::Passphrase => ("K05", None),
            Self::Foreign => ("K06", None),
            Self::Damaged => ("K07", None),
            Self::Work => ("K08", None),
            Self::Large(limit) => ("K09", Some(("limit", limit.to_string()))),
            Self::NotAKit => ("K10", None),
            Self::Later(program) => ("K11", Some(("program", program.clone()))),
            Self::Unlike(name) => ("K12", Some(("name", name.clone()))),
            Self::Name(name) => ("K13", Some(("name", name.clone()))),
        };
        let finding = Finding::new(code, Severity::Blocking);
        let finding = arg.into_iter().fold(finding, |f, (name, value)| f.arg(name, value));
        if file.is_empty() { finding } else { finding.at(Place::File { file: file.to_owned() }) }
    }
}
