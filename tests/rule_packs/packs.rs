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
