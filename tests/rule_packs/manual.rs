//! The manual of a pack: everything is in it, nothing is fetched, links lead somewhere, and the examples are the cases.

use releve::rules::stack::{self, Library};
use releve::write::manual;
use std::collections::BTreeSet;
use std::sync::OnceLock;

fn page() -> &'static str {
    static PAGE: OnceLock<String> = OnceLock::new();
    PAGE.get_or_init(|| manual::page(&stack::load("fr-fpt", &[], &Library::default()).expect("embedded").pack))
}

fn all<'p>(page: &'p str, start: &str) -> BTreeSet<&'p str> {
    page.match_indices(start).filter_map(|(i, _)| page[i + start.len()..].split('"').next()).collect()
}

#[test]
fn every_rule_has_its_entry() {
    let pack = stack::load("fr-fpt", &[], &Library::default()).expect("embedded").pack;
    let anchors = all(page(), " id=\"");
    let ids =
        pack.elements.iter().map(|e| &e.card.id).chain(pack.parameters.iter().map(|p| &p.id)).chain(pack.values.iter().map(|v| &v.id));
    let missing: Vec<&String> = ids.chain(pack.tables.iter().map(|t| &t.id)).filter(|i| !anchors.contains(i.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_link_leads_somewhere_in_the_page() {
    let anchors = all(page(), " id=\"");
    let links = all(page(), "href=\"");
    let lost: Vec<&&str> = links.iter().filter(|l| !l.strip_prefix('#').is_some_and(|l| anchors.contains(l))).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn nothing_is_fetched() {
    for word in ["src=", "http://", "https://", "url(", "@import"] {
        assert!(!page().contains(word), "{word}");
    }
    assert!(page().contains("default-src 'none'"));
}

#[test]
fn an_example_shows_its_numbers() {
    // Example 1 of the published cases: index 387, 5907.34 for index 100; the line is 1905.12.
    let at = page().find("<article id=\"traitement_indiciaire\"").expect("the entry");
    let entry = &page()[at..at + page()[at..].find("</article>").expect("its end")];
    for text in ["1\u{202f}905,12", "1,905.12", "5\u{202f}907,34"] {
        assert!(page().contains(text), "{text}");
    }
    assert!(entry.contains("class=\"example\""));
}

#[test]
fn money_per_hour_is_no_share() {
    // Three hours of night at 35.18: 105.54, in the case "Overtime by day and at night".
    let at = page().find("<article id=\"ihts_nuit\"").expect("the entry");
    let entry = &page()[at..at + page()[at..].find("</article>").expect("its end")];
    assert!(entry.contains("3 × 35,18 ") || entry.contains("3 × 35,18<"), "{entry}");
    assert!(!entry.contains("518 %"), "{entry}");
}

/// The entry or the row with this anchor.
fn entry(anchor: &str) -> &'static str {
    let (open, close) = if page().contains(&format!("<article id=\"{anchor}\"")) { ("article", "</article>") } else { ("tr", "</tr>") };
    let at = page().find(&format!("<{open} id=\"{anchor}\"")).unwrap_or_else(|| panic!("no entry {anchor}"));
    &page()[at..at + page()[at..].find(close).expect("its end")]
}

// One thing of the pack for each key of a rule file that is no formula and no value.
#[test]
fn what_a_rule_file_says_beside_formulas_is_shown() {
    for (anchor, says) in [
        ("nbi", "Rappel porté par"),
        ("nbi", "href=\"#rappel_nbi\""),
        ("statut", "href=\"#statut_avant\""),
        ("jours_hors_activite", "href=\"#trentiemes_hors_activite\""),
        ("jours_carence", "href=\"#jours_carence_retenus\""),
        ("nbi", "n.b.i."),
        ("nbi", "Retrouve"),
        ("ifse", "une surcouche peut le remplacer"),
        ("rappel_traitement", "Porte le rappel de"),
        ("rappel_traitement", "href=\"#traitement_indiciaire\""),
        ("type_taux_pas", "href=\"#taux_pas\""),
        ("points_generaux_2024", "href=\"#indice_majore\""),
        ("taux_at", "à nouveau chaque janvier"),
        ("taux_vm", "Se lit sur"),
        ("VAR-02", "150"),
        ("VAR-02", "10\u{a0}%"),
    ] {
        assert!(entry(anchor).contains(says), "{anchor}: {says}");
    }
    assert!(page().contains("au taux du mois concerné") && page().contains("R242-1"));
    let told = all(page(), " id=\"");
    let pack = stack::load("fr-fpt", &[], &Library::default()).expect("embedded").pack;
    let adds = pack.vocabulary.iter().filter(|f| f.1.adds.is_some()).count();
    assert!(adds > 0 && page().matches("S'y ajoute").count() == adds, "{adds}");
    assert!(told.contains("causes") && told.contains("frame"));
}

#[test]
fn two_runs_give_the_same_page() {
    let again = manual::page(&stack::load("fr-fpt", &[], &Library::default()).expect("embedded").pack);
    assert_eq!(page().len(), again.len());
    assert!(page() == again, "the page differs from one run to the next");
}
