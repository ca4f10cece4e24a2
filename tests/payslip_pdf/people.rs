//! Invented people and their payslips. Names, numbers and accounts belong to nobody: identity numbers use a
//! commune code that does not exist, accounts a bank code that does not exist.
//!
//! Totals are added from the lines here, so that a slip is consistent whatever lines a test gives it.

use chrono::NaiveDate;
use releve::ground::{EmployeeId, Iban, Lang, Money, Nir, PayMonth, Siret};
use releve::payslip::Totals;
use releve::write::payslip::{
    Advance, Agent, Body, Cumuls, Employer, Leave, Line, Part, Pay, Payment, PaymentMode, Period, PrintedPayslip, Provisional, Tax, TaxRate,
};

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date written by hand")
}

pub fn month(text: &str) -> PayMonth {
    PayMonth::parse(text).expect("a month written by hand")
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub fn town() -> Employer {
    Employer {
        name: "Commune de Montreval".to_owned(),
        address: vec!["Hôtel de ville".to_owned(), "1 place de la République".to_owned(), "99410 MONTREVAL".to_owned()],
        siret: Siret::parse("21994101000015"),
        ape: some("84.11Z"),
        contribution_account: some("994 0001234567"),
        contact: some("Direction des ressources humaines, 01 99 00 12 34"),
    }
}

/// A line of pay: part, section, code, label, base, rate, cents for the agent.
fn pay(part: Part, section: &str, code: &str, label: &str, base: &str, rate: &str, cents: i64) -> Line {
    Line {
        part,
        section: some(section),
        code: code.to_owned(),
        label: label.to_owned(),
        base: some(base),
        rate: some(rate),
        amount: Some(Money::from_cents(cents)),
        employer_rate: None,
        employer_amount: None,
        period: None,
        estimated: false,
    }
}

fn gross(code: &str, label: &str, base: &str, rate: &str, cents: i64) -> Line {
    pay(Part::Gross, "", code, label, base, rate, cents)
}

/// A contribution: agent's rate and cents (0 with no rate: employer only), employer's rate and cents.
fn contribution(section: &str, code: &str, label: &str, base: &str, agent: (&str, i64), employer: (&str, i64)) -> Line {
    let mut line = pay(Part::Contribution, section, code, label, base, agent.0, -agent.1);
    if agent.0.is_empty() && agent.1 == 0 {
        line.amount = None;
    }
    line.employer_rate = some(employer.0);
    line.employer_amount = (employer.1 != 0).then(|| Money::from_cents(employer.1));
    line
}

fn sum(lines: &[Line], part: Part) -> Money {
    lines.iter().filter(|l| l.part == part).filter_map(|l| l.amount).sum()
}

/// Totals that the lines make, with the tax, the taxable net and the net social as given.
pub fn totals(lines: &[Line], tax: i64, taxable: i64, social: i64) -> Totals {
    let gross = sum(lines, Part::Gross);
    let net_before_tax = gross + sum(lines, Part::Contribution) + sum(lines, Part::BeforeTax);
    let income_tax = Money::from_cents(tax);
    Totals {
        gross,
        net_social: Money::from_cents(social),
        net_taxable: Money::from_cents(taxable),
        net_before_tax,
        income_tax,
        net_paid: net_before_tax - income_tax + sum(lines, Part::AfterTax),
        employer_cost: gross + lines.iter().filter_map(|l| l.employer_amount).sum(),
    }
}

fn slip(number: &str, agent: Agent, account: &str, body: Pay) -> PrintedPayslip {
    PrintedPayslip {
        lang: Lang::Fr,
        number: number.to_owned(),
        made_on: day(2021, 12, 20),
        draft: false,
        employer: town(),
        agent,
        period: Period { month: month("2021-12"), days: None, hours: some("151,67"), presence: None },
        payment: Payment {
            date: Some(day(2021, 12, 22)),
            mode: Some(PaymentMode::Transfer),
            account: Iban::parse(account).ok(),
            held: false,
        },
        body: Body::Pay(Box::new(body)),
    }
}

fn explained() -> Option<String> {
    some("Le sens des rubriques est expliqué sur www.service-public.fr, « bulletin de paie ».")
}

/// A permanent civil servant (category C) with NBI, SFT, a refund and a health insurance.
pub fn titulaire() -> PrintedPayslip {
    let mut agent = Agent::new(EmployeeId::parse("00102").expect("not blank"), "ARNOUX Jean-Noël");
    agent.address = vec!["Résidence Les Tilleuls".to_owned(), "14 rue des Fossés".to_owned(), "99410 MONTREVAL".to_owned()];
    agent.nir = Nir::parse("2 99 02 06 978 380 22").ok();
    agent.status = some("Titulaire, catégorie C");
    agent.scheme = some("CNRACL");
    agent.job = some("Agent d’accueil et d’état civil");
    agent.grade = some("Adjoint administratif principal de 2e classe");
    agent.step = some("6");
    agent.index_major = Some(355);
    agent.index_gross = Some(387);
    agent.nbi_points = Some(25);
    agent.children = Some(2);
    agent.working_time = some("100 %");
    agent.service = some("Population et citoyenneté");
    let (social, retirement, csg, other) = ("Santé et famille", "Retraite", "CSG et CRDS", "Autres contributions de l’employeur");
    let lines = vec![
        gross("TIB", "Traitement indiciaire brut", "355", "4,6860", 166_354),
        gross("NBI", "Nouvelle bonification indiciaire", "25", "4,6860", 11_715),
        gross("IR", "Indemnité de résidence", "1\u{202f}663,54", "1,00 %", 1_664),
        gross("SFT", "Supplément familial de traitement", "2 enfants", "", 7_379),
        gross("IFSE", "Indemnité de fonctions, de sujétions et d’expertise", "", "", 22_000),
        gross("CIA", "Complément indemnitaire annuel", "", "", 20_000),
        gross("TPP", "Transfert primes/points", "", "", -1_392),
        contribution(social, "MALADIE", "Maladie", "1\u{202f}780,69", ("", 0), ("9,88 %", 17_593)),
        contribution(social, "AF", "Allocations familiales", "1\u{202f}780,69", ("", 0), ("5,25 %", 9_349)),
        contribution(social, "CSA", "Contribution solidarité autonomie", "1\u{202f}780,69", ("", 0), ("0,30 %", 534)),
        contribution(retirement, "CNRACL", "CNRACL sur le traitement", "1\u{202f}663,54", ("11,10 %", 18_465), ("30,65 %", 50_988)),
        contribution(retirement, "CNRACL_NBI", "CNRACL sur la NBI", "117,15", ("11,10 %", 1_300), ("30,65 %", 3_591)),
        contribution(retirement, "ATIACL", "Allocation temporaire d’invalidité (ATIACL)", "1\u{202f}780,69", ("", 0), ("0,40 %", 712)),
        contribution(retirement, "RAFP", "Retraite additionnelle (RAFP)", "332,71", ("5,00 %", 1_664), ("5,00 %", 1_664)),
        contribution(csg, "CSG_D", "CSG déductible de l’impôt", "2\u{202f}237,38", ("6,80 %", 15_214), ("", 0)),
        contribution(csg, "CSG_N", "CSG non déductible de l’impôt", "2\u{202f}237,38", ("2,40 %", 5_370), ("", 0)),
        contribution(csg, "CRDS", "CRDS", "2\u{202f}237,38", ("0,50 %", 1_119), ("", 0)),
        contribution(other, "FNAL", "Aide au logement (FNAL)", "1\u{202f}780,69", ("", 0), ("0,50 %", 890)),
        contribution(other, "VM", "Versement mobilité", "1\u{202f}780,69", ("", 0), ("0,80 %", 1_425)),
        contribution(other, "CNFPT", "Formation professionnelle (CNFPT)", "1\u{202f}780,69", ("", 0), ("0,90 %", 1_603)),
        contribution(other, "CDG", "Centre de gestion", "1\u{202f}780,69", ("", 0), ("0,80 %", 1_425)),
        pay(Part::AfterTax, "", "TRANSPORT", "Remboursement de l’abonnement domicile-travail", "75,20", "50 %", 3_760),
        pay(Part::AfterTax, "", "MUTUELLE", "Mutuelle, précompte", "", "", -4_250),
    ];
    let totals = totals(&lines, 2_494, 190_977, 184_588);
    let cumuls = Cumuls {
        year: 2021,
        gross: Some(Money::from_cents(2_492_418)),
        hours: some("1\u{202f}820,04"),
        taxable: Some(Money::from_cents(2_084_112)),
        income_tax: Some(Money::from_cents(27_218)),
        employer: Some(Money::from_cents(1_066_244)),
    };
    let leave = vec![
        Leave { label: "Congés annuels".to_owned(), taken: some("22,0 j"), left: some("3,0 j") },
        Leave { label: "RTT".to_owned(), taken: some("10,0 j"), left: some("1,5 j") },
        Leave { label: "CET".to_owned(), taken: None, left: some("12,0 j") },
    ];
    let tax = Tax {
        code: "PAS".to_owned(),
        label: "Impôt sur le revenu prélevé à la source".to_owned(),
        base: totals.net_taxable,
        rate: "1,30 %".to_owned(),
        kind: TaxRate::Personal,
        estimated: false,
    };
    let body = Pay {
        provisional: None,
        replaces: None,
        completes: None,
        beside: None,
        lines,
        totals,
        net_social: Some(totals.net_social),
        tax: Some(tax),
        cumuls: Some(cumuls),
        leave: Some(leave),
        explained: explained(),
    };
    slip("2021-12-00102-1", agent, "FR7699902005748907092511280", body)
}

/// A contract agent above the social-security ceiling, without cumuls or leave, the tax rate being the neutral one.
pub fn contractuel() -> PrintedPayslip {
    let mut agent = Agent::new(EmployeeId::parse("01684").expect("not blank"), "LE BIHAN-O’CONNOR Maëlys");
    agent.address =
        vec!["Bâtiment C, appartement 12".to_owned(), "203 avenue du Général-de-Gaulle".to_owned(), "99412 SAINT-MONTREVAL".to_owned()];
    agent.status = some("Contractuelle, catégorie A");
    agent.scheme = some("Général et IRCANTEC");
    agent.job = some("Directrice des systèmes d’information");
    agent.grade = some("Ingénieur hors classe");
    agent.index_major = Some(821);
    agent.working_time = some("100 %");
    agent.service = some("Direction des systèmes d’information");
    let (social, retirement, csg, other) = ("Santé et famille", "Retraite", "CSG et CRDS", "Autres contributions de l’employeur");
    let lines = vec![
        gross("TIB", "Traitement indiciaire brut", "821", "4,6860", 384_722),
        gross("IR", "Indemnité de résidence", "3\u{202f}847,22", "1,00 %", 3_847),
        gross("IFSE", "Indemnité de fonctions, de sujétions et d’expertise", "", "", 95_000),
        contribution(social, "MALADIE", "Maladie", "4\u{202f}835,69", ("", 0), ("13,00 %", 62_864)),
        contribution(social, "AF", "Allocations familiales", "4\u{202f}835,69", ("", 0), ("5,25 %", 25_387)),
        contribution(social, "CSA", "Contribution solidarité autonomie", "4\u{202f}835,69", ("", 0), ("0,30 %", 1_451)),
        contribution(social, "AT", "Accidents du travail", "4\u{202f}835,69", ("", 0), ("1,60 %", 7_737)),
        contribution(retirement, "VIEIL_P", "Assurance vieillesse plafonnée", "3\u{202f}428,00", ("6,90 %", 23_653), ("8,55 %", 29_309)),
        contribution(retirement, "VIEIL_D", "Assurance vieillesse déplafonnée", "4\u{202f}835,69", ("0,40 %", 1_934), ("1,90 %", 9_188)),
        contribution(retirement, "IRC_A", "IRCANTEC tranche A", "3\u{202f}428,00", ("2,80 %", 9_598), ("4,20 %", 14_398)),
        contribution(retirement, "IRC_B", "IRCANTEC tranche B", "1\u{202f}407,69", ("6,95 %", 9_783), ("12,55 %", 17_667)),
        contribution(csg, "CSG_D", "CSG déductible de l’impôt", "4\u{202f}751,07", ("6,80 %", 32_307), ("", 0)),
        contribution(csg, "CSG_N", "CSG non déductible de l’impôt", "4\u{202f}751,07", ("2,40 %", 11_403), ("", 0)),
        contribution(csg, "CRDS", "CRDS", "4\u{202f}751,07", ("0,50 %", 2_376), ("", 0)),
        contribution(other, "FNAL", "Aide au logement (FNAL)", "4\u{202f}835,69", ("", 0), ("0,50 %", 2_418)),
        contribution(other, "VM", "Versement mobilité", "4\u{202f}835,69", ("", 0), ("0,80 %", 3_869)),
        contribution(other, "CNFPT", "Formation professionnelle (CNFPT)", "4\u{202f}835,69", ("", 0), ("0,90 %", 4_352)),
    ];
    let totals = totals(&lines, 55_206, 406_294, 392_515);
    let tax = Tax {
        code: "PAS".to_owned(),
        label: "Impôt sur le revenu prélevé à la source".to_owned(),
        base: totals.net_taxable,
        rate: "14,00 %".to_owned(),
        kind: TaxRate::Neutral,
        estimated: false,
    };
    let body = Pay {
        provisional: None,
        replaces: None,
        completes: None,
        beside: None,
        lines,
        totals,
        net_social: Some(totals.net_social),
        tax: Some(tax),
        cumuls: None,
        leave: None,
        explained: explained(),
    };
    slip("2021-12-01684-1", agent, "FR7699904008768733657503538", body)
}

/// The body of a slip that is known to be a month's pay.
pub fn pay_of(slip: &mut PrintedPayslip) -> &mut Pay {
    match &mut slip.body {
        Body::Pay(pay) => pay,
        Body::Advance(_) => panic!("an advance has no lines"),
    }
}

/// The permanent agent's slip with two lines carried over from last month.
pub fn provisional() -> PrintedPayslip {
    let mut slip = titulaire();
    slip.number = "2021-12-00102-1P".to_owned();
    let pay = pay_of(&mut slip);
    for line in &mut pay.lines {
        line.estimated = matches!(line.code.as_str(), "IFSE" | "MUTUELLE");
    }
    pay.provisional =
        Some(Provisional { what: some("l’IFSE et la mutuelle, reconduites de novembre 2021 faute d’accès au logiciel de paie") });
    pay.cumuls = None;
    pay.leave = None;
    slip
}

/// Very long names everywhere, arrears and a regularisation larger than the net; it replaces a provisional slip.
pub fn long_names() -> PrintedPayslip {
    let mut slip = titulaire();
    slip.number = "2021-12-00207-2".to_owned();
    slip.employer.name = "Communauté d’agglomération de Saint-Étienne-du-Grès-sur-l’Îlot et du Haut-Vallon".to_owned();
    let agent = &mut slip.agent;
    agent.name = "DE LA ROCHEFOUCAULD-MONTMORENCY d’ESTRÉES Marie-Françoise-Éléonore Anne-Gaëlle Øystein-Łukasz".to_owned();
    agent.address[1] = "Lieu-dit « Le Grand Champ de l’Œuvre-Notre-Dame », 1298 bis chemin rural n° 14 des Châtaigniers".to_owned();
    agent.grade = some(
        "Assistant territorial de conservation du patrimoine et des bibliothèques principal de 1re classe, détaché sur emploi fonctionnel",
    );
    agent.job = some("Responsable de l’action culturelle, de la médiation et de l’éducation artistique");
    agent.working_time = some("80 % (6/7)");
    agent.part_time_post = some("28/35");
    agent.post = some("Poste 2 sur 2");
    slip.period.days = Some((day(2021, 12, 13), day(2021, 12, 31)));
    slip.period.presence = some("18/30 à plein traitement");
    let pay = pay_of(&mut slip);
    pay.replaces = some("2021-12-00207-1P");
    let mut arrears = gross("RAPPEL_RI", "Rappel de régime indemnitaire", "", "", 12_345);
    arrears.period = Some(month("2021-10"));
    let mut back = gross("RAPPEL_TIB", "Rappel de traitement (trop-perçu)", "", "", -345_600);
    back.period = Some(month("2021-09"));
    pay.lines.insert(7, arrears);
    pay.lines.insert(8, back);
    pay.totals = totals(&pay.lines, 0, -120_000, -95_000);
    pay.tax = None;
    slip
}

/// More lines than a page holds.
pub fn many_lines(count: usize) -> PrintedPayslip {
    let mut slip = titulaire();
    slip.number = "2021-12-00316-1".to_owned();
    let pay = pay_of(&mut slip);
    let missing = count.saturating_sub(pay.lines.len());
    for i in 0..missing {
        let mut line = gross("HS_NUIT", &format!("Heures sup. de nuit, n° {}", i + 1), "3,00 h", "24,5012", 7_350);
        line.period = Some(month(if i % 2 == 0 { "2021-10" } else { "2021-11" }));
        pay.lines.insert(7, line);
    }
    pay.totals = totals(&pay.lines, 2_494, 190_977, 184_588);
    slip
}

/// Nothing but an advance.
pub fn advance() -> PrintedPayslip {
    let mut slip = titulaire();
    slip.number = "2021-12-00102-A".to_owned();
    slip.period.hours = None;
    slip.body = Body::Advance(Advance {
        amount: Money::from_cents(126_800),
        basis: "80 % du net payé de novembre 2021 (1\u{202f}585,06 €)".to_owned(),
    });
    slip
}
