//! Names without numbers, written together, in short or in part; and a name beside somebody else's number.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent as _, Ran};
use releve::ground::Severity;

const BLOCKS: [Severity; 1] = [Severity::Blocking];

fn run(name: &str, list: &str) -> Ran {
    ran::sample("lists-names", name, &["cia-decembre.csv"], &[("cia.csv", list)])
}

#[test]
fn the_same_letters_are_the_same_name() {
    let list = "Nom;Prénom;Montant CIA\nDASILVA;Julien;200\nST MARTIN;Thaïs;210\nArnoux;JEANNOEL;220\n";
    let r = run("letters", list);
    for (agent, sum) in [("01617", "200.00"), ("01716", "210.00"), ("00102", "220.00")] {
        assert_eq!((r.line(agent, "CIA"), r.waits(agent), r.told("M12", agent).len()), (vec![sum.to_owned()], false, 1), "{agent}");
    }
    let r = run("letters-whole", "Agent;Montant CIA\nDASILVA Julien;200\nThaïs SAINTMARTIN;210\n");
    assert_eq!((r.line("01617", "CIA"), r.line("01716", "CIA")), (vec!["200.00".to_owned()], vec!["210.00".to_owned()]));
}

#[test]
fn a_part_of_a_name_or_one_like_it_waits_alone() {
    let cases = [
        ("MARTIN;Thaïs", "01716"),
        ("DA SILVA-MOREAU;Julien", "01617"),
        ("ARNOUX;J-Noël", "00102"),
        ("BENOIST;A. Laure", "00360"),
        ("BENOIST;Laure", "00360"),
    ];
    for (i, (name, agent)) in cases.into_iter().enumerate() {
        let r = run(&format!("part-{i}"), &format!("Nom;Prénom;Montant CIA\n{name};200\n"));
        assert_eq!((r.told("M98", agent), r.waits(agent), r.line(agent, "CIA")), (BLOCKS.to_vec(), true, vec![]), "{name}");
        assert!(r.folder.join("out/virements-2021-12.xml").is_file(), "{name}: nobody else waits");
    }
}

#[test]
fn a_name_beside_the_number_of_another_sets_both_aside() {
    let r = run("both", "Matricule;Nom;Prénom;Montant CIA\n00102;BENOIST;Anne-Laure;200\n");
    assert_eq!((r.told("M14", "00102"), r.told("M434", "00360")), (BLOCKS.to_vec(), BLOCKS.to_vec()));
    assert!(r.waits("00102") && r.waits("00360"));
}
