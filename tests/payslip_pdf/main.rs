//! Payslips as PDF, from the outside: what they hold, what they refuse, that they are the same every time.

mod people;

use people::{advance, contractuel, long_names, many_lines, pay_of, provisional, titulaire};
use releve::ground::{EmployeeId, Lang, Money, Severity};
use releve::write::payslip::{Book, Fonts, Pay, PrintedPayslip, Problem, Purpose, Sum, one};
use std::path::PathBuf;
use std::process::Command;

/// What a case does to a good slip.
type Spoil = fn(&mut Pay);

fn samples() -> Vec<(&'static str, PrintedPayslip)> {
    let mut english = titulaire();
    english.lang = Lang::En;
    vec![
        ("titulaire", titulaire()),
        ("contractuel", contractuel()),
        ("provisoire", provisional()),
        ("noms-longs", long_names()),
        ("une-page-serree", many_lines(27)),
        ("soixante-lignes", many_lines(60)),
        ("acompte", advance()),
        ("english", english),
    ]
}

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("payslips");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// The text of a PDF as a reader would copy it, every kind of space as one; `None` where poppler is not installed.
fn text_of(name: &str, pdf: &[u8], layout: bool) -> Option<String> {
    let path = folder().join(name).with_extension("pdf");
    std::fs::write(&path, pdf).expect("the target folder can be written");
    let mut command = Command::new("pdftotext");
    if layout {
        command.arg("-layout");
    }
    let output = command.arg(&path).arg("-").output().ok()?;
    let plain = |c: char| if matches!(c, '\u{202f}' | '\u{a0}') { ' ' } else { c };
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).chars().map(plain).collect())
}

#[test]
fn every_sample_is_made_within_the_standards_and_is_the_same_twice() {
    let fonts = Fonts::load();
    for (name, slip) in samples() {
        let pdf = one(&slip, &fonts).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(pdf, one(&slip, &Fonts::load()).expect("as the first time"), "{name}");
        let _ = text_of(name, &pdf, false);
    }
}

#[test]
fn what_is_printed_can_be_searched_and_copied() {
    let fonts = Fonts::load();
    let slip = titulaire();
    let Some(text) = text_of("recherche", &one(&slip, &fonts).expect("a good slip"), true) else { return };
    for words in [
        "Bulletin de paie",
        "Décembre 2021",
        "ARNOUX Jean-Noël",
        "SIRET 219 941 010 00015",
        "Adjoint administratif principal de 2e",
        "Total brut",
        "2 277,20",
        "Montant net social",
        "1 845,88",
        "Net à payer avant impôt sur le revenu",
        "Impôt sur le revenu prélevé à la source",
        "FR76 •••• 1280",
        "À conserver sans limitation de durée",
    ] {
        assert!(text.contains(words), "{words} is missing from\n{text}");
    }
    assert!(!text.contains("57489"), "the account is masked");
}

#[test]
fn estimates_are_marked_and_explained() {
    let fonts = Fonts::load();
    let Some(text) = text_of("marques", &one(&provisional(), &fonts).expect("a good slip"), true) else { return };
    assert!(text.contains("Bulletin de paie provisoire"));
    assert_eq!(text.matches("(e)").count(), 3, "two lines and the note\n{text}");
    assert!(text.contains("régularisation suivra sur un prochain bulletin"));
}

#[test]
fn totals_are_the_sums_of_their_columns() {
    let fonts = Fonts::load();
    let mut slip = titulaire();
    let pay = pay_of(&mut slip);
    // A reduction of contributions: what is withheld, 431,32, is 10,05 less.
    let mut reduction = pay.lines.iter().find(|l| l.code == "CNRACL").expect("a contribution").clone();
    reduction.code = "HS_RED".to_owned();
    (reduction.amount, reduction.employer_rate, reduction.employer_amount) = (Some(Money::from_cents(1_005)), None, None);
    let at = pay.lines.iter().position(|l| l.code == "CSG_D").expect("a contribution");
    pay.lines.insert(at, reduction);
    pay.totals = people::totals(&pay.lines, 2_494, 190_977, 184_588);
    let Some(text) = text_of("colonnes", &one(&slip, &fonts).expect("a good slip"), true) else { return };
    let line = |start: &str| text.lines().find(|l| l.trim_start().starts_with(start)).unwrap_or_default().to_owned();
    assert!(line("HS RED").contains("−10,05"), "{text}");
    assert!(line("TPP").contains("−13,92"), "{text}");
    let total = line("Total des cotisations");
    assert!(total.contains("421,27") && !total.contains("10,05"), "{total}");
}

#[test]
fn a_draft_says_so_and_money_that_stays_says_whom_to_ask() {
    let fonts = Fonts::load();
    let mut slip = many_lines(60);
    let Some(text) = text_of("definitif", &one(&slip, &fonts).expect("a good slip"), true) else { return };
    assert!(!text.contains("PROJET"));
    slip.draft = true;
    slip.payment.held = true;
    let text = text_of("projet", &one(&slip, &fonts).expect("a good slip"), true).expect("as before");
    assert_eq!(text.matches("PROJET").count(), 2, "on both pages\n{text}");
    assert!(text.contains("Virement en attente") && text.contains("Renseignements"), "{text}");
}

#[test]
fn sums_that_are_not_known_are_not_the_months() {
    let fonts = Fonts::load();
    let Some(text) = text_of("totaux", &one(&contractuel(), &fonts).expect("a good slip"), true) else { return };
    let line = text.lines().find(|l| l.trim_start().starts_with("Brut")).unwrap_or_default();
    assert!(line.contains("4 835,69") && line.contains("Non disponible"), "{text}");
}

#[test]
fn long_tables_carry_their_sums_to_the_next_page() {
    let fonts = Fonts::load();
    let Some(text) = text_of("suite", &one(&many_lines(60), &fonts).expect("a good slip"), true) else { return };
    let pages: Vec<&str> = text.split('\u{c}').filter(|p| !p.trim().is_empty()).collect();
    assert_eq!(pages.len(), 2);
    assert!(pages[0].contains("À reporter") && pages[1].contains("Report"));
    assert!(pages[1].contains("Libellé") && pages[1].contains("ARNOUX"));
    assert!(pages[0].contains("Page 1/2") && pages[1].contains("Page 2/2"));
}

#[test]
fn an_advance_shows_no_contributions() {
    let fonts = Fonts::load();
    let Some(text) = text_of("avis", &one(&advance(), &fonts).expect("a good slip"), true) else { return };
    assert!(text.contains("Avis de versement d’un acompte") && text.contains("1 268,00 €"));
    assert!(!text.contains("Cumuls") && !text.contains("CSG"));
}

#[test]
fn the_book_has_a_bookmark_per_agent() {
    let fonts = Fonts::load();
    for purpose in [Purpose::Reading, Purpose::Printing] {
        let mut book =
            Book::new(&fonts, purpose, "Bulletins de décembre 2021", "montreval-2021-12", "Montreval", people::day(2021, 12, 20), Lang::Fr);
        for (_, slip) in samples() {
            book.add(&slip).expect("a good slip");
        }
        assert_eq!(book.pages(), 9);
        let pdf = book.finish().expect("a good book");
        let _ = text_of(&format!("tous-{purpose:?}"), &pdf, false);
        // One outline item per slip; objects of the outline are not compressed.
        let titles = pdf.windows(6).filter(|w| w == b"/Title").count();
        assert!(titles >= samples().len(), "{titles}");
    }
}

#[test]
fn a_character_without_a_glyph_names_the_agent_and_the_character() {
    let fonts = Fonts::load();
    let mut slip = titulaire();
    slip.agent.name = "李 Wei".to_owned();
    let problem = one(&slip, &fonts).expect_err("no such glyph");
    let employee = EmployeeId::parse("00102").expect("not blank");
    assert_eq!(problem, Problem::Character { employee: employee.clone(), character: '李', text: "李 Wei".to_owned() });
    let finding = problem.finding(Lang::Fr);
    assert_eq!((finding.severity, finding.employee.as_ref()), (Severity::Blocking, Some(&employee)));
    assert!(finding.message(Lang::Fr).contains("« 李 » (U+674E)"), "{}", finding.message(Lang::Fr));
    assert!(finding.message(Lang::En).contains("“李” (U+674E)"));
}

#[test]
fn a_name_in_decomposed_letters_is_printed_composed() {
    let fonts = Fonts::load();
    let mut slip = titulaire();
    slip.agent.name = "ARNOUX Jean-Noe\u{308}l".to_owned();
    let Some(text) = text_of("compose", &one(&slip, &fonts).expect("composed first"), false) else { return };
    assert!(text.contains("Jean-Noël"));
}

#[test]
fn lines_that_do_not_make_the_totals_are_refused() {
    let fonts = Fonts::load();
    let cases: [(Sum, Spoil); 4] = [
        (Sum::Gross, |p| drop(p.lines.remove(0))),
        (Sum::NetBeforeTax, |p| p.lines.retain(|l| l.code != "CRDS")),
        (Sum::NetPaid, |p| p.lines.retain(|l| l.code != "MUTUELLE")),
        (Sum::IncomeTax, |p| p.tax = None),
    ];
    for (expected, spoil) in cases {
        let mut slip = titulaire();
        spoil(pay_of(&mut slip));
        match one(&slip, &fonts) {
            Err(Problem::Sum { sum, .. }) => assert_eq!(sum, expected),
            other => panic!("{expected:?}: {:?}", other.map(|_| ())),
        }
    }
    let mut slip = titulaire();
    pay_of(&mut slip).totals.gross += Money::from_cents(1);
    let text = one(&slip, &fonts).expect_err("a cent too many").finding(Lang::Fr).message(Lang::Fr);
    assert!(text.contains("total brut est 2\u{202f}277,21"), "{text}");
}

#[test]
fn an_estimate_on_an_ordinary_slip_is_refused() {
    let mut slip = provisional();
    pay_of(&mut slip).provisional = None;
    assert!(matches!(one(&slip, &Fonts::load()), Err(Problem::Unmarked { .. })));
}
