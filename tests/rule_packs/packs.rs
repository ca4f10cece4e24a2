//! Every pack compiles without a finding.
use releve::rules::{pack, source};

#[test]
fn the_embedded_packs_have_no_finding() {
    let (p, mut findings) = pack::read(source::embedded("fr-fpt"));
    findings.extend(p.check());
    let text: Vec<String> = findings
        .iter()
        .map(|f| {
            format!(
                "{}: {} {:?}",
                f.code,
                f.message(releve::ground::Lang::Fr),
                f.places.iter().map(ToString::to_string).collect::<Vec<_>>()
            )
        })
        .collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
}

#[test]
fn every_case_of_the_pack_comes_out_to_the_cent() {
    let (p, _) = pack::read(source::embedded("fr-fpt"));
    let text: Vec<String> =
        releve::compute::cases::run_all(&p).iter().flat_map(|r| r.findings.iter().map(|f| f.message(releve::ground::Lang::Fr))).collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
    assert!(p.cases.len() > 10, "the pack has lost its cases");
}

#[test]
fn every_element_version_exception_and_branch_of_the_pack_is_exercised_by_a_case() {
    let (p, _) = pack::read(source::embedded("fr-fpt"));
    let covered = releve::compute::coverage::of(&p);
    let left: Vec<String> = covered.gaps.iter().map(|g| format!("{} {}", g.id, g.detail)).collect();
    assert!(left.is_empty(), "{}", left.join("\n"));
    assert!(covered.counts.values().map(|c| c.1).sum::<usize>() > 600, "the pack has lost its formulas");
}

/// The wording of what a case says of controls, on the sample of a case that leaves out the control that speaks, and names one that does not.
#[test]
fn a_control_that_a_case_does_not_expect_and_one_that_says_nothing_are_told() {
    let mut files = source::embedded("fr-fpt");
    let cases = files.iter_mut().find(|f| f.path.ends_with("cas/controles.toml")).expect("cases of controls");
    cases.text = cases.text.replacen("controls = [\"STA-01\"]", "controls = [\"STA-05\"]", 1);
    let (p, _) = pack::read(files);
    let told: Vec<String> =
        releve::compute::cases::run_all(&p).iter().flat_map(|r| r.findings.iter().map(|f| f.message(releve::ground::Lang::Fr))).collect();
    let title = "Traitement donné au-delà";
    assert_eq!(
        told,
        [format!("{title} : le contrôle STA-05 ne dit rien"), format!("{title} : le contrôle STA-01 parle sans être attendu")]
    );
}
