//! What stands beside the lines of a register: signs behind a share, names of rubrics under any title, sheets for gross and net,
//! agents without a word in front, everybody's sums below the last of them, several columns to each agent.

use super::*;

#[test]
fn a_sign_behind_the_agents_share_is_its_side() {
    let mut lines = Vec::new();
    for r in rows() {
        let mut put = |kind: &str, rate: &str, amount: &str| {
            lines.push(format!("{};{};{};{};{};{kind};{};{rate};{amount}", r.number, r.surname, r.given, r.code, r.label, r.base));
        };
        match (r.is_total(), r.gain.is_empty(), r.deduction.is_empty()) {
            (true, _, _) => put("NET", "", &r.gain),
            (false, false, _) => put("PS+", &r.rate, &r.gain),
            (false, true, false) => put("PS-", &r.rate, &r.deduction),
            (false, true, true) => {}
        }
        if !r.employer.is_empty() {
            put("PP", &r.employer_rate, &r.employer);
        }
    }
    let head = "MAT_AGENT;LB_NOM;LB_PRENOM;CD_RUB;LB_RUB;TY_RUB;MT_BASE;TX_APPL;MT_RUB";
    same_pay("signed-shares", &[("paie.csv", text(head, lines.into_iter()))], &[]);
}

/// Gross pay and net pay with a column for each rubric, contributions with a row for each under « Cotisation ».
#[test]
fn gross_contributions_and_net_stand_in_three_sheets_of_their_own_kinds() {
    let all = rows();
    let of = |codes: &[&str]| all.iter().filter(|r| codes.contains(&&r.code[..1])).cloned().collect::<Vec<Row>>();
    let wide = |lines: &[Row]| {
        let mut titles: Vec<(String, String)> = lines.iter().map(|r| (r.code.clone(), r.label.clone())).collect();
        titles.sort();
        titles.dedup_by(|a, b| a.0 == b.0);
        let head = titles.iter().map(|t| t.1.clone()).collect::<Vec<_>>().join(";");
        let agents = by_agent(lines).into_iter().map(|agent| {
            let cell = |code: &String| {
                let cents = |r: &Row| r.signed().replace([' ', '\u{a0}', '\u{202f}', ','], "").parse::<i64>().unwrap_or(0);
                let sum: i64 = agent.iter().filter(|r| r.code == *code).map(cents).sum();
                let sign = if sum < 0 { "-" } else { "" };
                if sum == 0 { String::new() } else { format!("{sign}{},{:02}", sum.abs() / 100, sum.abs() % 100) }
            };
            let cells = titles.iter().map(|t| cell(&t.0)).collect::<Vec<_>>().join(";");
            format!("{};{};{};{cells}", agent[0].number, agent[0].surname, agent[0].given)
        });
        text(&format!("Matricule;Nom;Prénom;{head}"), agents)
    };
    let gross: Vec<Row> = all.iter().filter(|r| r.code.starts_with('0') || r.code == "9000").cloned().collect();
    let line = |r: Row| {
        let share = if r.employer.is_empty() { String::new() } else { r.employer.clone() };
        let own = if r.gain.is_empty() && r.deduction.is_empty() { String::new() } else { r.signed() };
        format!("{};{};{};{};{};{};{};{own};{};{share}", r.number, r.surname, r.given, r.code, r.label, r.base, r.rate, r.employer_rate)
    };
    let head = "Matricule;Nom;Prénom;Code;Cotisation;Base;Taux salarial;Part salariale;Taux patronal;Part patronale";
    let folder = job("three-kinds", &[("cotisations novembre.csv", text(head, of(&["1", "2"]).into_iter().map(line)))]);
    std::fs::write(folder.join("inbox/bruts novembre.csv"), wide(&gross)).expect("the gross pay");
    let outcome = run(&folder);
    assert_eq!(told(&outcome, "M80"), 0, "gross pay of November is no list of an old month");
    assert_eq!(told(&outcome, "M07"), 0, "what stands under « Cotisation » names the rubrics");
}

/// `00102   ARNOUX JEAN-NOEL   ADJOINT TECHNIQUE   IM 382`, the lines below it, a rule under the titles of each page.
#[test]
fn an_agent_of_a_print_out_needs_no_word_before_his_number() {
    let plain = |t: &str| t.replace(['\u{a0}', '\u{202f}'], " ");
    let mut lines = Vec::new();
    for (i, agent) in by_agent(&rows()).into_iter().enumerate() {
        if i % 2 == 0 {
            lines.push(format!("{:<60}{:<31}PAGE {:>4}", "COMMUNE DE MONTREVAL", "LIVRE DE PAYE NOVEMBRE 2021", i / 2 + 1));
            lines.push(format!(
                "{:<6}{:<30}{:>12}{:>9}{:>13}{:>13}{:>9}{:>13}",
                "RUB", "LIBELLE", "BASE", "TAUX", "GAINS", "RETENUES", "TX PAT", "PATRONAL"
            ));
            lines.push("=".repeat(105));
        }
        lines.push(format!("{:<8}{:<34}{:<36}IM 382", agent[0].number, agent[0].name(), "ADJOINT TECHNIQUE"));
        for r in &agent {
            let code = if r.is_total() { "" } else { &r.code };
            let (base, gain, kept, share) = (plain(&r.base), plain(&r.gain), plain(&r.deduction), plain(&r.employer));
            lines.push(format!("{code:<6}{:<30}{base:>12}{:>9}{gain:>13}{kept:>13}{:>9}{share:>13}", r.label, r.rate, r.employer_rate));
        }
        lines.push(String::new());
    }
    let outcome = same_pay("bare-agents", &[("LIVPAYE.LST", lines.join("\n") + "\n")], &[]);
    assert_eq!(outcome.findings.iter().filter(|f| f.places.iter().any(|p| p.to_string().contains("===="))).count(), 0);
}

/// The sums by rubric below « Récapitulatif général » are not the last agent's, and « Nombre d'agents : 87 » is nobody.
#[test]
fn everybodys_sums_below_the_last_agent_are_not_his() {
    let mut lines = vec!["Code;Intitulé;Base;Taux salarial;Gain;Retenue;Taux patronal;Montant patronal".to_owned()];
    let line = |r: &Row| {
        let code = if r.is_total() { "" } else { &r.code };
        format!("{code};{};{};{};{};{};{};{}", r.label, r.base, r.rate, r.gain, r.deduction, r.employer_rate, r.employer)
    };
    for agent in by_agent(&rows()) {
        lines.push(format!("Salarié : {}  {};;;;;;;", agent[0].number, agent[0].name()));
        lines.extend(agent.iter().map(line));
        lines.push(";;;;;;;".to_owned());
    }
    let counted = format!("{}\nNombre d'agents : 87;;;;;;;\n", lines.join("\n"));
    same_pay("agents-counted", &[("livre.csv", counted)], &[]);
    lines.push("Récapitulatif général;;87 salariés;;;;;".to_owned());
    lines.extend(["0010;TRAITEMENT BRUT;;;120 000,00;;;", "0410;I.F.S.E.;;;9 000,00;;;", ";NET A PAYER;;;99 000,00;;;"].map(str::to_owned));
    same_pay("recap-below", &[("livre.csv", lines.join("\n") + "\n")], &[]);
}

/// Three agents to a page, four columns to each; the last page may have one alone.
#[test]
fn agents_across_have_several_columns_each() {
    let agents = by_agent(&rows());
    let mut lines = vec!["Commune de Montreval - État préparatoire - novembre 2021".to_owned()];
    for page in agents.chunks(3) {
        let heads = |of: &dyn Fn(&Row) -> String| page.iter().map(|a| format!("{};;;;", of(&a[0]))).collect::<String>();
        lines.push(String::new());
        lines.push(format!("Code;Rubrique;{}", heads(&|r| r.number.clone())));
        lines.push(format!(";;{}", heads(&|r| r.name())));
        lines.push(format!(";;{}", "Base;Taux;Part salariale;Part patronale;".repeat(page.len())));
        let mut codes: Vec<(String, String)> = page.iter().flatten().map(|r| (r.code.clone(), r.label.clone())).collect();
        codes.sort();
        codes.dedup();
        for (code, label) in codes {
            let of = |agent: &Vec<Row>| {
                let lines: Vec<&Row> = agent.iter().filter(|r| r.code == code && r.label == label).collect();
                assert!(lines.len() <= 1, "{code} twice");
                let [r] = lines[..] else { return ";;;;".to_owned() };
                let own = if r.gain.is_empty() && r.deduction.is_empty() { String::new() } else { r.signed() };
                format!("{};{};{own};{};", r.base, if r.rate.is_empty() { &r.employer_rate } else { &r.rate }, r.employer)
            };
            let shown = if code.starts_with('9') { "" } else { &code };
            lines.push(format!("{shown};{label};{}", page.iter().map(of).collect::<String>()));
        }
    }
    same_pay("columns-each", &[("etat.csv", lines.join("\n") + "\n")], &[]);
}
