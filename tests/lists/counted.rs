//! Rows that a list counts, values before and after, another element of the same agent in another list.

#[path = "../ran/mod.rs"]
mod ran;

use ran::{OfAgent, Ran, sample};

fn paid(name: &str, file: &str, text: &str) -> Ran {
    sample("counted", name, &[], &[(file, text)])
}

/// `N°` over 1, 2, 3 beside the numbers of the agents, or beside their names alone.
#[test]
fn numbers_that_count_the_rows_are_nobodys_and_no_sums() {
    let list = "CIA 2021\n\nN°;Matricule;Nom;Prénom;CIA voté\n1;00225;AGUILAR;Loïc;310,00\n2;00715;KELLER;Édith;320,00\n";
    let r = paid("numbered", "cia.csv", list);
    for (agent, sum) in [("00225", "310.00"), ("00715", "320.00")] {
        assert!(!r.waits(agent), "{agent}");
        assert!(r.line(agent, "CIA").contains(&sum.to_owned()), "{agent}: {:?}", r.line(agent, "CIA"));
    }
    let r = paid("named", "cia.csv", "CIA 2021\n\nN°;Nom;Prénom;CIA\n1;AGUILAR;Loïc;310,00\n2;KELLER;Édith;320,00\n");
    assert!(!r.waits("00225") && r.line("00225", "CIA").contains(&"310.00".to_owned()));
}

/// « Avant | Après » beside what changes: the value that it becomes is under « Après », whatever the row is about.
#[test]
fn movements_stand_with_what_was_before_and_what_is_after() {
    let list = "Mouvements du personnel\n\nMatricule;Agent;Nature;Date d'effet;Avant;Après;Observations\n\
                00225;AGUILAR Loïc;Avancement d'échelon (IM);01/12/2021;392;404;\n00715;KELLER Édith;Temps partiel;01/12/2021;100 %;90 %;\n";
    let r = paid("movements", "mouvements.csv", list);
    for agent in ["00225", "00715"] {
        assert!(r.told("M76", agent).is_empty() && r.told("N18", agent).is_empty(), "{agent}");
    }
}

/// Hours in one list and a bonus in another are two things; the same sum under two bonuses may be one, put right.
#[test]
fn two_elements_of_one_agent_in_two_lists_are_both_paid() {
    let hours = "Matricule;Nom;Prénom;HS jour - 14 premières;Prime exceptionnelle\n00225;AGUILAR;Loïc;3;\n00715;KELLER;Édith;;150,00\n";
    let bonus = |sum: &str| format!("Matricule;Nom;Prénom;HS jour - 14 premières;Prime exceptionnelle;CIA\n00225;AGUILAR;Loïc;;{sum};\n");
    let lists = |name: &str, sum: &str| {
        let files = [("service technique.csv", hours.to_owned()), ("primes de la mairie.csv", bonus(sum))];
        sample("counted", name, &["heures-sup-decembre.ods"], &files)
    };
    let r = lists("two-elements", "130,00");
    for agent in ["00225", "00715"] {
        assert!(r.told("M88", agent).is_empty() && r.told("M242", agent).is_empty(), "{agent}");
        assert!(!r.waits(agent), "{agent}");
    }
    assert!(r.line("00225", "PRIME_EXC").contains(&"130.00".to_owned()));
}

/// The day of the strike stands above, and crosses below a whole day or half of one; a thirtieth beside them says the same again.
#[test]
fn crosses_below_a_whole_day_and_half_of_one_are_of_the_day_above() {
    let list = |thirtieth: &str| {
        format!(
            "Journée de grève du 9 décembre 2021\nDirection des ressources humaines\n\n\
             Service;Matricule;NOM;Prénom;Journée entière;Demi-journée;Retenue (trentième)\n\
             Sports;00715;KELLER;Édith;X;;{thirtieth}\nFinances;00225;AGUILAR;Loïc;;X;1/60\n\nTotal;;;;1;1;\n"
        )
    };
    let strike = |r: &Ran, agent: &str| -> Vec<String> {
        let all = r.rows("lines.csv");
        let of = |row: &&std::collections::BTreeMap<String, String>| row["employee"] == agent && row["code"].starts_with("ABS_");
        all.iter().filter(of).map(|row| row["code"].clone()).collect()
    };
    let r = paid("strike", "greve du 9.csv", &list("1/30"));
    assert!(r.told("IMP-01", "").is_empty() && r.told("M95", "00715").is_empty());
    assert!(!r.waits("00715"), "a day of strike");
    assert!(!strike(&r, "00715").is_empty(), "it is kept from the pay");
    let r = paid("strike-of-two", "greve du 9.csv", &list("2/30"));
    assert!(r.waits("00715"), "two thirtieths are no day");
}

/// Who typed a row in, when an act was handed over, a badge, the share that a sum is of a base: they hold nobody.
#[test]
fn columns_that_say_nothing_of_pay_hold_nobody() {
    let head = "CIA 2021\n\nMatricule;Nom;Prénom;CIA voté";
    for (name, title, cells) in [
        ("typed", "Saisi par", ["00128", "00135"]),
        ("handed", "Notifié le", ["03/12/2021", "04/12/2021"]),
        ("badge", "Badge", ["4225", "4715"]),
        ("grown", "Évolution / 2020", ["+5 %", "-10 %"]),
    ] {
        let list = format!("{head};{title}\n00225;AGUILAR;Loïc;310,00;{}\n00715;KELLER;Édith;320,00;{}\n", cells[0], cells[1]);
        let r = paid(name, "cia.csv", &list);
        for (agent, sum) in [("00225", "310.00"), ("00715", "320.00")] {
            assert!(!r.waits(agent), "{title}: {agent}");
            assert!(r.line(agent, "CIA").contains(&sum.to_owned()), "{title}: {agent}");
        }
    }
    let hours = |rest: &str| format!("Matricule;Nom;Prénom;HS jour - 14 premières;Solde à récupérer\n00225;AGUILAR;Loïc;3;{rest}\n");
    let with = |name: &str, rest: &str| sample("counted", name, &["heures-sup-decembre.ods"], &[("heures.csv", hours(rest))]);
    assert!(!with("nothing-left", "0").waits("00225"));
    assert!(with("some-left", "10").waits("00225"), "hours to be taken as rest are asked");
}
