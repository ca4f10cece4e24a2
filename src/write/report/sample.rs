//! An invented town of about ninety agents, for the tests of the report and for looking at it.
//! Every person, amount and account is made up. Changes are made by exchanging facts one group at a time, as the real walk does.

use super::model::{
    Agent, AgentState, CallBack, Cause, Change, Control, Estimation, FindingRow, Headcount, IbanChange, IbanInUse, Line, MaskedIban,
    Movement, MovementKind, Pack, Replay, ReplayGap, Report, SetAside, Source, State, Transfers,
};
use crate::ground::{EmployeeId, Lang, Money, PayMonth, Severity};
use crate::payslip::{LineKind, Mode, Totals};
use chrono::NaiveDate;

const LINES: [(&str, &str, LineKind); 17] = [
    ("TIB", "Traitement indiciaire brut", LineKind::Earning),
    ("NBI", "Nouvelle bonification indiciaire", LineKind::Earning),
    ("IR", "Indemnité de résidence", LineKind::Earning),
    ("SFT", "Supplément familial de traitement", LineKind::Earning),
    ("IFSE", "Indemnité de fonctions, de sujétions et d'expertise", LineKind::Earning),
    ("IHTS", "Heures supplémentaires", LineKind::Earning),
    ("ABS", "Absence non rémunérée", LineKind::Earning),
    ("CIA", "Complément indemnitaire annuel", LineKind::Earning),
    ("CNRACL", "Retraite CNRACL", LineKind::Deduction),
    ("IRCANTEC", "Retraite complémentaire Ircantec", LineKind::Deduction),
    ("CSGD", "CSG déductible", LineKind::Deduction),
    ("CSGND", "CSG non déductible et CRDS", LineKind::Deduction),
    ("PAS", "Impôt prélevé à la source", LineKind::Tax),
    ("MUT", "Mutuelle", LineKind::Net),
    ("SAISIE", "Saisie sur rémunération", LineKind::Net),
    ("CNRACL", "Retraite CNRACL, part employeur", LineKind::Employer),
    ("URSSAF", "Cotisations Urssaf, part employeur", LineKind::Employer),
];

const CAUSES: [(&str, &str); 14] = [
    ("carriere", "Avancement d'échelon ou de grade"),
    ("quotite", "Temps de travail"),
    ("entree", "Arrivées"),
    ("sortie", "Départs"),
    ("suspension", "Disponibilités et suspensions"),
    ("absence", "Absences non rémunérées"),
    ("sft", "Supplément familial"),
    ("prime_montant", "Montant de l'IFSE"),
    ("ponctuel_termine", "Heures supplémentaires de novembre, terminées"),
    ("ponctuel_nouveau", "Heures supplémentaires de décembre"),
    ("prime_debut", "Complément indemnitaire annuel"),
    ("tiers", "Mutuelles et saisies"),
    ("taux_pas", "Taux d'impôt"),
    ("estimation", "Paie reconduite sans calcul"),
];

const CARRIERE: u16 = 0;
const QUOTITE: u16 = 1;
const ENTREE: u16 = 2;
const SORTIE: u16 = 3;
const SUSPENSION: u16 = 4;
const ABSENCE: u16 = 5;
const SFT: u16 = 6;
const IFSE: u16 = 7;
const TERMINE: u16 = 8;
const NOUVEAU: u16 = 9;
const CIA: u16 = 10;
const TIERS: u16 = 11;
const PAS: u16 = 12;

const NAMES: [&str; 45] = [
    "ARNOUX",
    "BÉAL",
    "BRUNEL",
    "CAMARA",
    "CHÂTELAIN",
    "COSTE",
    "DA SILVA",
    "DELORME",
    "DIALLO",
    "DUPRÉ-LENOIR",
    "ESTÈVE",
    "FABRE",
    "FERRAND",
    "GALLET",
    "GIRAUDON",
    "GUÉRIN",
    "HAMADI",
    "HERVÉ",
    "IMBERT",
    "JACQUET",
    "JOUBERT",
    "KACI",
    "LACROIX",
    "LE GOFF",
    "LEMOINE",
    "L'HÔTE",
    "MARCHAL",
    "MEUNIER",
    "MOREL",
    "NAVARRO",
    "NGUYEN",
    "OLLIVIER",
    "PASQUIER",
    "PELTIER",
    "PICHON",
    "QUÉRÉ",
    "RENARD",
    "ROUSSEL",
    "SABATIER",
    "TEXIER",
    "TRAORÉ",
    "URBAIN",
    "VASSEUR",
    "WEBER",
    "ŽITNIK",
];
const FIRST: [&str; 24] = [
    "Aïcha",
    "Béatrice",
    "Bruno",
    "Camille",
    "Chloé",
    "Denis",
    "Élodie",
    "Fabien",
    "Guilhem",
    "Hélène",
    "Inès",
    "Jean-Noël",
    "Karim",
    "Laure",
    "Maëlle",
    "Marc",
    "Nadia",
    "Olivier",
    "Patricia",
    "Rachid",
    "Sébastien",
    "Thérèse",
    "Valérie",
    "Yann",
];
const SERVICES: [&str; 9] = [
    "Affaires scolaires",
    "Centre technique municipal",
    "Crèche Les Coquelicots",
    "Direction générale",
    "Espaces verts",
    "État civil",
    "Médiathèque",
    "Police municipale",
    "Restauration scolaire",
];

/// What a payslip of the invented town depends on. Amounts in cents.
#[derive(Clone, Copy, PartialEq)]
struct Facts {
    present: bool,
    titulaire: bool,
    index: i64,
    quotite: i64,
    nbi: i64,
    sft: i64,
    ifse: i64,
    hours: i64,
    absent: i64,
    cia: i64,
    /// Per ten thousand.
    pas: i64,
    mutuelle: i64,
    seizure: i64,
}

/// Lines in the order of [`LINES`]; rough French pay, right to the cent in itself.
fn slip(f: &Facts) -> [Money; 17] {
    let mut c = [0i64; 17];
    if f.present {
        c[0] = f.index * 468_602 * f.quotite / 100_000;
        c[1] = f.nbi * 468_602 * f.quotite / 100_000;
        c[2] = c[0] / 100;
        c[3] = f.sft;
        c[4] = f.ifse * f.quotite / 100;
        c[5] = f.hours * (c[0] / 152) * 5 / 4;
        c[6] = -(c[0] * f.absent / 30);
        c[7] = f.cia;
        let gross: i64 = c[..8].iter().sum();
        let (rate_a, rate_b) = if f.titulaire { (1110, 0) } else { (0, 680) };
        c[8] = -((c[0] + c[1] + c[6]) * rate_a / 10_000);
        c[9] = -(gross * rate_b / 10_000);
        c[10] = -(gross * 668 / 10_000);
        c[11] = -(gross * 285 / 10_000);
        let taxable = gross + c[8] + c[9] + c[10];
        c[12] = -(taxable * f.pas / 10_000);
        c[13] = -f.mutuelle;
        c[14] = -f.seizure;
        c[15] = if f.titulaire { (c[0] + c[1] + c[6]) * 3065 / 10_000 } else { 0 };
        c[16] = gross * 2460 / 10_000;
    }
    c.map(Money::from_cents)
}

fn totals(lines: &[Money; 17]) -> Totals {
    let gross: Money = lines[..8].iter().copied().sum();
    let deductions: Money = lines[8..12].iter().copied().sum();
    let net: Money = lines[..15].iter().copied().sum();
    Totals {
        gross,
        net_social: gross + deductions,
        net_taxable: gross + lines[8] + lines[9] + lines[10],
        net_before_tax: gross + deductions,
        income_tax: -lines[12],
        net_paid: net,
        employer_cost: gross + lines[15] + lines[16],
    }
}

/// A small generator with a fixed start: the same town every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}

fn id(n: i64) -> EmployeeId {
    EmployeeId::parse(&format!("{n:05}")).expect("digits")
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2021, month, day).expect("a day of 2021")
}

/// The town in December 2021, and a step per cause for each agent.
pub fn town() -> Report {
    let mut dice = Dice(20_211_203);
    let mut r = empty();
    let mut number = 102;
    for i in 0..91_usize {
        number += 3 + dice.roll(31);
        let mut f = Facts {
            present: true,
            titulaire: dice.roll(5) != 0,
            index: 332 + dice.roll(90) + if dice.roll(6) == 0 { 180 } else { 0 },
            quotite: [100, 100, 100, 80, 50][usize::try_from(dice.roll(5)).unwrap_or(0)],
            nbi: if dice.roll(6) == 0 { 15 } else { 0 },
            sft: [0, 0, 229, 7_379, 18_356][usize::try_from(dice.roll(5)).unwrap_or(0)],
            ifse: 8_000 + dice.roll(12) * 2_500,
            hours: if dice.roll(4) == 0 { 4 + dice.roll(14) } else { 0 },
            absent: 0,
            cia: 0,
            pas: dice.roll(70) * 10,
            mutuelle: if dice.roll(2) == 0 { 3_210 } else { 0 },
            seizure: if i == 40 { 21_400 } else { 0 },
        };
        let (mut state, mut reason, mut mode) = (AgentState::Paid, String::new(), Mode::Computed);
        let before = f;
        let mut steps: Vec<(u16, Facts, String)> = Vec::new();
        let mut step = |cause: u16, next: Facts, detail: String, f: &mut Facts| {
            if next != *f {
                steps.push((cause, next, detail));
                *f = next;
            }
        };
        let mut first = before;
        match i {
            12 | 55 | 83 => {
                state = AgentState::Arrived;
                "Recrutement au 1er décembre".clone_into(&mut reason);
                first.present = false;
                f = first;
                step(ENTREE, before, "contrat du 29/11/2021".to_owned(), &mut f);
            }
            7 | 61 => {
                state = AgentState::Left;
                "Retraite au 30 novembre".clone_into(&mut reason);
                step(SORTIE, Facts { present: false, ..f }, "arrêté de radiation des cadres".to_owned(), &mut f);
            }
            33 => {
                state = AgentState::Left;
                "Disponibilité pour convenances personnelles".clone_into(&mut reason);
                step(SUSPENSION, Facts { present: false, ..f }, "arrêté du 22/11/2021".to_owned(), &mut f);
            }
            _ => {
                if i == 17 || i == 48 {
                    mode = Mode::Carried;
                    "Aucune donnée de carrière : net reconduit".clone_into(&mut reason);
                } else {
                    if dice.roll(11) == 0 {
                        let next = Facts { index: f.index + 8 + dice.roll(12), ..f };
                        step(CARRIERE, next, format!("indice majoré {} → {}", f.index, next.index), &mut f);
                    }
                    if i == 22 {
                        step(QUOTITE, Facts { quotite: 80, ..f }, format!("quotité {} % → 80 %", f.quotite), &mut f);
                    }
                    if i == 70 {
                        step(QUOTITE, Facts { quotite: 100, ..f }, format!("quotité {} % → 100 %", f.quotite), &mut f);
                    }
                    if dice.roll(15) == 0 {
                        let days = 1 + dice.roll(6);
                        step(ABSENCE, Facts { absent: days, ..f }, format!("{days} trentième(s), relevé du service"), &mut f);
                    }
                    if i == 29 {
                        step(SFT, Facts { sft: 18_356, ..f }, "naissance d'un troisième enfant".to_owned(), &mut f);
                    }
                    if dice.roll(13) == 0 {
                        step(IFSE, Facts { ifse: f.ifse + 2_500, ..f }, "décision du 1er décembre".to_owned(), &mut f);
                    }
                    let hours = f.hours;
                    step(TERMINE, Facts { hours: 0, ..f }, format!("{hours} h en novembre"), &mut f);
                    if dice.roll(5) == 0 {
                        let hours = 3 + dice.roll(16);
                        step(NOUVEAU, Facts { hours, ..f }, format!("{hours} h, heures-sup-decembre.ods"), &mut f);
                    }
                    if dice.roll(6) == 0 {
                        let cia = 15_000 + dice.roll(5) * 5_000;
                        step(CIA, Facts { cia, ..f }, "cia-decembre.csv".to_owned(), &mut f);
                    }
                    if i == 51 {
                        step(TIERS, Facts { mutuelle: 4_890, ..f }, "changement de formule".to_owned(), &mut f);
                    }
                    if dice.roll(9) == 0 {
                        step(
                            PAS,
                            Facts { pas: f.pas + 60 - dice.roll(90), ..f },
                            "taux transmis par l'administration fiscale".to_owned(),
                            &mut f,
                        );
                    }
                }
                if [26, 77].contains(&i) {
                    state = AgentState::Excluded;
                    "Compte bancaire à confirmer".clone_into(&mut reason);
                }
                if i == 64 {
                    state = AgentState::Held;
                    "Compte modifié après l'incident, rappel sans réponse".clone_into(&mut reason);
                }
            }
        }
        let name = format!("{} {}", NAMES[i % NAMES.len()], FIRST[(i * 7 + i / 24) % FIRST.len()]);
        let service = SERVICES[(i * 5 + i / 9) % SERVICES.len()];
        record(&mut r, (number, name, service), (first, f, &steps), (state, mode, reason));
    }
    fill_in(&mut r);
    r
}

type Person<'p> = (i64, String, &'p str);
type Walk<'p> = (Facts, Facts, &'p [(u16, Facts, String)]);

fn record(r: &mut Report, (number, name, service): Person<'_>, (first, last, steps): Walk<'_>, how: (AgentState, Mode, String)) {
    let agent = u32::try_from(r.agents.len()).expect("few agents");
    let (before, after) = (slip(&first), slip(&last));
    for (i, line) in r.lines.iter_mut().enumerate() {
        line.before += before[i];
        line.after += after[i];
        line.count_before += u64::from(!before[i].is_zero());
        line.count_after += u64::from(!after[i].is_zero());
    }
    let mut from = before;
    for (cause, facts, detail) in steps {
        let to = slip(facts);
        for i in 0..LINES.len() {
            if to[i] != from[i] {
                let line = u16::try_from(i).expect("few lines");
                let change = to[i] - from[i];
                r.changes.push(Change { agent, line, cause: *cause, before: before[i], after: after[i], change, detail: detail.clone() });
            }
        }
        from = to;
    }
    assert_eq!(from, after, "the walk ends at this month's payslip");
    r.agents.push(Agent {
        employee: id(number),
        post: 1,
        name,
        service: service.to_owned(),
        statut: if first.titulaire { "Titulaire" } else { "Contractuel" }.to_owned(),
        mode: how.1,
        before: first.present.then(|| totals(&before)),
        after: last.present.then(|| totals(&after)),
        state: how.0,
        reason: how.2,
    });
}

fn empty() -> Report {
    Report {
        lang: Lang::Fr,
        employer: "Commune de Montreval".to_owned(),
        month: PayMonth::new(2021, 12).expect("a month"),
        last_month: PayMonth::new(2021, 11).expect("a month"),
        pay_date: day(12, 22),
        prepared_at: day(12, 14).and_hms_opt(9, 30, 0).expect("a time"),
        net_social: true,
        prepared_by: "H. Marchal".to_owned(),
        approved_by: String::new(),
        state: State::Draft,
        pack: Pack { name: "fr-fpt".to_owned(), version: "2021.12".to_owned() },
        program: "releve 0.1.0".to_owned(),
        sources: Vec::new(),
        agents: Vec::new(),
        lines: LINES
            .iter()
            .map(|&(code, label, kind)| Line {
                code: code.to_owned(),
                label: label.to_owned(),
                kind,
                creditor: String::new(),
                before: Money::ZERO,
                after: Money::ZERO,
                count_before: 0,
                count_after: 0,
            })
            .collect(),
        causes: CAUSES.iter().map(|&(code, label)| Cause { code: code.to_owned(), label: label.to_owned() }).collect(),
        changes: Vec::new(),
        totals_before: Totals::default(),
        totals_after: Totals::default(),
        transfers: Transfers::default(),
        headcount: Headcount::default(),
        movements: Vec::new(),
        iban_changes: Vec::new(),
        accounts_proven: true,
        set_aside: Vec::new(),
        estimations: Vec::new(),
        findings: Vec::new(),
        held: Vec::new(),
        not_run: Vec::new(),
        replay: Replay::default(),
    }
}

/// Everything that follows from the agents, and the registers.
fn fill_in(r: &mut Report) {
    for a in &r.agents {
        if let Some(t) = &a.before {
            r.totals_before += *t;
            r.headcount.before += 1;
        }
        if let Some(t) = &a.after {
            r.totals_after += *t;
            r.headcount.after += 1;
            if a.state.is_transferred() {
                r.transfers.count += 1;
                r.transfers.total += t.net_paid;
            }
        }
        let kind = match (a.state, a.reason.starts_with("Disponibilité")) {
            (AgentState::Arrived, _) => MovementKind::Arrival,
            (AgentState::Left, true) => MovementKind::Suspension,
            (AgentState::Left, false) => MovementKind::Departure,
            (AgentState::Paid | AgentState::Excluded | AgentState::Held, _) => continue,
        };
        let (date, act) = match kind {
            MovementKind::Arrival | MovementKind::Return => (day(12, 1), "Contrat du 29/11/2021"),
            MovementKind::Departure => (day(11, 30), "Arrêté 2021-418 du 15/10/2021"),
            MovementKind::Suspension => (day(12, 1), "Arrêté 2021-466 du 22/11/2021"),
        };
        match kind {
            MovementKind::Arrival => r.headcount.arrivals += 1,
            MovementKind::Return => r.headcount.returns += 1,
            MovementKind::Departure => r.headcount.departures += 1,
            MovementKind::Suspension => r.headcount.suspensions += 1,
        }
        r.movements.push(Movement {
            kind,
            employee: a.employee.clone(),
            name: a.name.clone(),
            service: a.service.clone(),
            date: Some(date),
            act: act.to_owned(),
            before: a.before.map(|t| t.net_paid),
            after: a.after.map(|t| t.net_paid),
        });
    }
    r.movements.sort_by_key(|m| m.kind);
    registers(r);
}

fn registers(r: &mut Report) {
    let person = |i: usize| (r.agents[i].employee.clone(), r.agents[i].name.clone());
    for (i, reason, alternative) in [
        (
            26,
            "IBAN transmis après l'incident, banque hors de France (BNK-04).",
            "Appeler l'agent au numéro du dossier papier ; sinon, acompte par le régisseur avant le 22 décembre.",
        ),
        (
            64,
            "IBAN modifié le 6 décembre, deux appels sans réponse.",
            "Rappeler le 15 décembre ; à défaut, verser sur le compte de novembre par décision écrite.",
        ),
        (
            77,
            "Clé de contrôle de l'IBAN fausse (BNK-01), compte de novembre clos.",
            "Demander un RIB à l'agent ; mandat individuel au comptable public.",
        ),
    ] {
        let (employee, name) = person(i);
        r.set_aside.push(SetAside {
            employee,
            name,
            service: r.agents[i].service.clone(),
            net: r.agents[i].after.map(|t| t.net_paid),
            reason: reason.to_owned(),
            alternative: alternative.to_owned(),
        });
    }
    for (i, old, new, in_use, call_back) in [
        (15, "FR7600000000000000000004821", "FR7600000000000000000007730", IbanInUse::New, Some(true)),
        (26, "FR7600000000000000000001104", "LT000000000000008851", IbanInUse::Neither, None),
        (44, "FR7600000000000000000009012", "FR7600000000000000000003367", IbanInUse::Old, None),
        (64, "FR7600000000000000000005540", "FR7600000000000000000002298", IbanInUse::Neither, Some(false)),
    ] {
        let (employee, name) = person(i);
        r.iban_changes.push(IbanChange {
            employee,
            name,
            old: Some(MaskedIban::unreadable(old)),
            new: MaskedIban::unreadable(new),
            source: "changements-rib.csv, ligne 4 (IBAN)".to_owned(),
            call_back: call_back.map(|confirmed| CallBack {
                by: "N. Imbert".to_owned(),
                date: day(12, 9),
                number: "numéro du dossier papier".to_owned(),
                confirmed,
            }),
            in_use,
        });
    }
    for i in [17, 48] {
        let (employee, name) = person(i);
        let before = r.agents[i].before.map_or(Money::ZERO, |t| t.net_paid);
        r.estimations.push(Estimation {
            employee,
            name,
            month: "2021-12".to_owned(),
            code: "NET".to_owned(),
            label: "Net du mois entier".to_owned(),
            amount: before,
            policy: "Dernier mois".to_owned(),
            reason: "Grade et échelon absents de tous les fichiers".to_owned(),
            source: "livre-de-paie-2021-11.csv".to_owned(),
            status: "À confirmer".to_owned(),
            settled: None,
        });
    }
    findings(r);
    sources(r);
}

fn findings(r: &mut Report) {
    let employee = |i: usize| Some(r.agents[i].employee.clone());
    let rows = [
        (
            Severity::Blocking,
            "BNK-04",
            26,
            "IBAN changé après le 2 décembre vers un compte étranger : l'agent est retiré du fichier de virement.",
            "rappeler l'agent sur un numéro connu avant l'incident",
            "changements-rib.csv, ligne 4 (IBAN)",
        ),
        (
            Severity::Blocking,
            "BNK-01",
            77,
            "IBAN invalide : la clé de contrôle ne correspond pas.",
            "demander un nouveau RIB",
            "agents.xlsx, « Agents », H81 (IBAN)",
        ),
        (
            Severity::Justify,
            "VAR-02",
            22,
            "Net en baisse de plus de 10 % : quotité passée de 100 % à 80 %.",
            "joindre l'arrêté de temps partiel",
            "mouvements-decembre.xlsx, « Temps », C9",
        ),
        (
            Severity::Justify,
            "POP-05",
            12,
            "Arrivée sans acte scanné : le contrat est cité, pas joint.",
            "joindre le contrat",
            "mouvements-decembre.xlsx, « Arrivées », A4",
        ),
        (
            Severity::Justify,
            "BNK-03",
            44,
            "IBAN différent du dernier virement, aucun rappel enregistré : l'ancien compte reste utilisé.",
            "",
            "changements-rib.csv, ligne 7 (IBAN)",
        ),
        (
            Severity::Warning,
            "TAX-01",
            51,
            "Taux de prélèvement vieux de trois mois.",
            "demander un nouveau taux",
            "livre-de-paie-2021-11.csv:388",
        ),
        (Severity::Warning, "VAR-07", 3, "Espaces verts : net en hausse de 11,4 % et de 1 870 €.", "", ""),
    ];
    let found: Vec<FindingRow> = rows
        .iter()
        .map(|&(severity, code, agent, message, help, place)| FindingRow {
            severity,
            code: code.to_owned(),
            message: message.to_owned(),
            help: help.to_owned(),
            places: if place.is_empty() { Vec::new() } else { vec![place.to_owned()] },
            employee: if code == "VAR-07" { None } else { employee(agent) },
        })
        .collect();
    r.findings = found;
    r.not_run.push(Control {
        code: "VAR-08".to_owned(),
        label: "Saisonnalité".to_owned(),
        why: "Aucun bulletin de décembre 2020 parmi les fichiers.".to_owned(),
    });
}

fn sources(r: &mut Report) {
    r.replay = Replay {
        unreplayed: Vec::new(),
        agents: 88,
        agents_exact: 79,
        exact: 1104,
        rounding: 9,
        carried: 14,
        gap: 21,
        one_off: 27,
        gaps: vec![
            ReplayGap {
                code: "0412".to_owned(),
                label: "PRIME EXCEPT. ACCUEIL".to_owned(),
                lines: 14,
                paid: Money::from_cents(140_000),
                recomputed: Money::ZERO,
                note: "Aucune règle ne produit ce code : montant reconduit et marqué estimé.".to_owned(),
            },
            ReplayGap {
                code: "IR".to_owned(),
                label: "Indemnité de résidence".to_owned(),
                lines: 21,
                paid: Money::from_cents(35_217),
                recomputed: Money::from_cents(34_902),
                note: "La NBI semble comptée dans l'assiette pour ces agents : réglage à trancher.".to_owned(),
            },
        ],
    };
    for (file, used_as, rows) in [
        ("agents.xlsx", "Dossiers des agents", 90),
        ("changements-rib.csv", "Changements de compte demandés", 4),
        ("cia-decembre.csv", "Complément indemnitaire annuel de décembre", 15),
        ("heures-sup-decembre.ods", "Heures supplémentaires de décembre", 17),
        ("livre-de-paie-2021-11.csv", "Bulletins de novembre, ligne à ligne", 1175),
        ("virements-2021-11.xml", "Virements de novembre", 88),
    ] {
        let digit = |i: usize| char::from_digit(u32::try_from((rows + i * 7 + file.len()) % 16).unwrap_or(0), 16).unwrap_or('0');
        r.sources.push(Source {
            file: file.to_owned(),
            used_as: used_as.to_owned(),
            rows: rows as u64,
            hash: (0..64).map(digit).collect(),
        });
    }
}
