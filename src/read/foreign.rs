//! XML of a known kind that is no pay: statements of accounts, direct debits, receipts of flows and declarations, schemas, invoices.
//!
//! Their first two elements say what they are; nothing else of them is read.

use super::input::Input;
use super::xhl;
use quick_xml::Reader;
use quick_xml::events::Event;

/// First element, the one in it where that is what says it, and what it is called.
const KINDS: [(&str, &str, &str); 10] = [
    ("Document", "CstmrDrctDbtInitn", "pain.008"),
    ("Document", "BkToCstmrAcctRpt", "camt.052"),
    ("Document", "BkToCstmrStmt", "camt.053"),
    ("Document", "BkToCstmrDbtCdtNtfctn", "camt.054"),
    ("PES_ACQUIT", "", "PES_ACQUIT"),
    ("PES_Retour", "", "PES_Retour"),
    ("schema", "", "XML Schema"),
    ("Invoice", "", "UBL"),
    ("CreditNote", "", "UBL"),
    ("CrossIndustryInvoice", "", "CII"),
];

/// What the first element's name begins with, in small letters: answers to a declaration, under names of several versions.
const ANSWERS: [(&str, &str); 2] = [("crm", CRM), ("bilan", "bilan DSN")];

/// The answer to a declaration that notifies rates of tax.
pub const CRM: &str = "CRM";

/// What a file is, when it is one of these.
pub fn kind(input: &Input) -> Option<&'static str> {
    let [first, second] = first_two(&xhl::head(input)?);
    let known = KINDS.iter().find(|(root, child, _)| *root == first && (child.is_empty() || *child == second)).map(|k| k.2);
    let name = first.to_lowercase();
    known.or_else(|| ANSWERS.iter().find(|(begin, _)| name.starts_with(begin) || name.starts_with(&format!("dsn{begin}"))).map(|a| a.1))
}

fn first_two(text: &str) -> [String; 2] {
    let mut found = [String::new(), String::new()];
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut n = 0;
    while n < found.len() {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                tag.local_name().into_inner().clone_into(&mut found[n]);
                n += 1;
            }
            Ok(Event::Eof | Event::End(_)) | Err(_) => break,
            Ok(_) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pay_is_known_by_its_first_elements() {
        for (text, is) in [
            ("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt/></Document>", Some("camt.053")),
            ("<?xml version='1.0'?><!-- x --><a:Document xmlns:a='urn:x'>\n <a:CstmrDrctDbtInitn>", Some("pain.008")),
            ("<n:PES_ACQUIT xmlns:n='u'><ACQUIT/></n:PES_ACQUIT>", Some("PES_ACQUIT")),
            ("<xs:schema xmlns:xs='u'/>", Some("XML Schema")),
            ("<Document><CstmrCdtTrfInitn/></Document>", None),
            ("<Document><CstmrCdtTrfInitn><Invoice/></CstmrCdtTrfInitn></Document>", None),
            ("<CRMPAS xmlns='urn:x'><Entete/></CRMPAS>", Some("CRM")),
            ("<bilan_dsn><entete/></bilan_dsn>", Some("bilan DSN")),
            ("<facture/>", None),
            ("", None),
        ] {
            assert_eq!(kind(&Input::from(text.as_bytes().to_vec())), is, "{text}");
        }
    }
}
