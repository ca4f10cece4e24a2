//! Why a command could not run, in the person's language: the system's own words are English, and say little of what to do.

use crate::ground::{Lang, words};
use std::io::{self, ErrorKind};

/// Windows: a file that another program holds open, as Excel does with a workbook.
const SHARING_VIOLATION: i32 = 32;

/// The causes one after the other, from the file to what befell it.
#[must_use]
pub fn told(e: &anyhow::Error, lang: Lang) -> String {
    let each = e.chain().map(|cause| match cause.downcast_ref::<io::Error>().and_then(key) {
        Some(key) => words::ui(key, lang).to_owned(),
        None => cause.to_string(),
    });
    each.collect::<Vec<_>>().join(if lang == Lang::Fr { " : " } else { ": " })
}

/// What befell a file or folder, as far as a person can do something about it. An error that carries another says it itself.
fn key(e: &io::Error) -> Option<&'static str> {
    if e.get_ref().is_some() {
        return None;
    }
    match e.kind() {
        ErrorKind::NotFound => Some("ui.io.not_found"),
        ErrorKind::PermissionDenied => Some("ui.io.denied"),
        ErrorKind::ReadOnlyFilesystem => Some("ui.io.read_only"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("ui.io.full"),
        ErrorKind::NotADirectory => Some("ui.io.no_folder"),
        ErrorKind::IsADirectory => Some("ui.io.folder"),
        ErrorKind::ResourceBusy => Some("ui.io.open"),
        _ if cfg!(windows) && e.raw_os_error() == Some(SHARING_VIOLATION) => Some("ui.io.open"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn what_befell_a_file_is_said_in_french() {
        let missing = std::fs::read("no-such-folder/releve.toml").context("no-such-folder/releve.toml").expect_err("no such file");
        let said = told(&missing, Lang::Fr);
        assert_eq!(said, "no-such-folder/releve.toml : ce fichier ou ce dossier n'existe pas");
        assert_eq!(told(&missing, Lang::En), "no-such-folder/releve.toml: no such file or folder");
        let full = anyhow::Error::from(io::Error::from(ErrorKind::StorageFull)).context("out/lines.csv");
        assert!(told(&full, Lang::Fr).contains("plus de place"), "{}", told(&full, Lang::Fr));
    }

    #[test]
    fn a_sentence_of_ours_stays_as_it_is() {
        let own = anyhow::Error::from(io::Error::new(ErrorKind::NotFound, "la feuille 2 manque"));
        assert_eq!(told(&own, Lang::Fr), "la feuille 2 manque");
    }
}
