//! The words of the report, French and English side by side, and how numbers, dates and months are written in each.
//! Constants rather than a catalogue: a missing heading does not compile.

use super::model::{AgentState, IbanInUse, MovementKind, Report, State};
use crate::ground::month::{MONTHS_EN, MONTHS_FR};
use crate::ground::{Lang, Money, PayMonth, Severity, figures};
use crate::payslip::{LineKind, Mode};
use chrono::{Datelike, NaiveDate};

/// One text in both languages.
#[derive(Clone, Copy)]
pub struct Text(&'static str, &'static str);

impl Text {
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Fr => self.0,
            Lang::En => self.1,
        }
    }
}

macro_rules! texts {
    ($($name:ident = $fr:literal, $en:literal;)*) => { $(pub const $name: Text = Text($fr, $en);)* };
}

texts! {
    // Sheets and sections.
    SUMMARY = "Synthèse", "Summary";
    BY_AGENT = "Par agent", "By employee";
    BY_SERVICE = "Par service", "By department";
    BY_LINE = "Par rubrique", "By line";
    CAUSES = "Causes", "Causes";
    DETAIL = "Détail", "Detail";
    MOVEMENTS = "Arrivées et départs", "Joiners and leavers";
    IBAN = "IBAN", "IBAN";
    SET_ASIDE = "Exclus", "Set aside";
    ESTIMATIONS = "Estimations", "Estimates";
    MONTH = "Mois", "Month";
    FINDINGS = "Contrôles", "Controls";
    REPLAY = "Rejeu", "Replay";
    SOURCES = "Sources", "Sources";

    // What each sheet answers.
    BY_AGENT_NOTE = "Un agent par ligne, du plus grand écart au plus petit. Le total suit le filtre. Colonnes N à Y (brut, net social, net imposable, impôt, coût)\u{a0}: déplier avec le + au-dessus.",
        "One employee per row, largest difference first. The total follows the filter. Columns N to Y (gross, net social, taxable, tax, cost): unfold with the + above.";
    BY_SERVICE_NOTE = "Les mêmes montants regroupés par service, par statut et par mode de calcul. Chaque regroupement fait le total général.",
        "The same amounts by department, by status and by mode. Each grouping makes the grand total.";
    BY_LINE_NOTE = "Chaque rubrique des deux mois. «\u{a0}Expliqué\u{a0}» additionne les causes de la feuille Détail\u{202f}; «\u{a0}Inexpliqué\u{a0}» doit être nul.",
        "Each line of both months. “Explained” adds up the causes of the Detail sheet; “Unexplained” must be zero.";
    CAUSES_NOTE = "Ce que chaque cause ajoute ou retire. La somme des causes fait l’écart entre les deux mois, au centime.",
        "What each cause adds or takes away. The causes add up to the difference between the two months, to the cent.";
    DETAIL_NOTE = "Agent × rubrique × cause. Avant et Après sont ceux de la rubrique entière, répétés si plusieurs causes la touchent\u{202f}; seul l’écart s’additionne.",
        "Employee × line × cause. Before and After are those of the whole line, repeated when several causes touch it; only the change adds up.";
    MOVEMENTS_NOTE = "Arrivées, retours, départs et suspensions, avec l’acte qui les décide.", "Joiners, returns, leavers and suspensions, with the act that decides them.";
    IBAN_NOTE = "Comptes différents du dernier versé, puis comptes qui reçoivent un virement pour la première fois. Le compte déjà payé reste utilisé tant qu’un rappel téléphonique n’a pas confirmé le nouveau.",
        "Accounts that differ from the one last paid, then accounts that receive a transfer for the first time. The old one stays in use until a call-back confirms the new one.";
    IBAN_UNPROVEN = "Aucun fichier ne dit sur quels comptes le mois dernier a été payé\u{a0}: rien ne confirme les comptes de ce mois, et un compte changé dans le fichier du personnel n’est pas repéré.",
        "No file says which accounts last month was paid on: nothing confirms this month’s accounts, and an account changed in the staff file is not noticed.";
    SET_ASIDE_NOTE = "Agents absents du fichier de virement, pourquoi, et ce qui reste à trancher avant de les payer.", "Employees missing from the transfer file, why, and what is to be decided before they are paid.";
    DUE_NOTE = "Ce que les bulletins du mois retiennent et ce que l’employeur doit, par organisme\u{a0}; bulletins des agents exclus compris.",
        "What this month’s payslips withhold and what the employer owes, by whom it goes to; payslips of employees set aside included.";
    ESTIMATIONS_NOTE = "Tout ce qui figure sur un bulletin sans être calculé, bulletins retenus compris. À régler quand le logiciel officiel revient.", "Everything on a payslip that is not computed, payslips held back included. To be settled when the official software returns.";
    FINDINGS_NOTE = "Bloquant\u{a0}: rien ne part, ou l’agent seul est exclu. À justifier\u{a0}: motif écrit et seconde personne. Un contrôle non exécuté n’est pas un contrôle réussi.",
        "Blocking: nothing leaves, or that employee alone is set aside. To justify: written reason and second person. A control that did not run has not passed.";
    REPLAY_NOTE = "Le mois précédent recalculé par les règles et comparé à ce qui a été payé.", "Last month recomputed by the rules and compared with what was paid.";
    SOURCES_NOTE = "Les fichiers lus, tels qu’ils étaient. L’empreinte SHA-256 permet de vérifier que ce sont toujours les mêmes.",
        "The files read, as they were. The SHA-256 hash lets anyone check they are still the same.";

    // Columns.
    EMPLOYEE = "Matricule", "Employee";
    POST = "Poste", "Post";
    NAME = "Nom", "Name";
    SERVICE = "Service", "Department";
    STATUT = "Statut", "Status";
    STATE = "État", "State";
    MODE = "Mode", "Mode";
    NET = "Net", "Net";
    GROSS = "Brut", "Gross";
    NET_SOCIAL = "Net social", "Net social";
    NET_TAXABLE = "Net imposable", "Taxable net";
    NET_BEFORE_TAX = "Net avant impôt", "Net before tax";
    INCOME_TAX = "Impôt (PAS)", "Income tax";
    EMPLOYER_COST = "Coût employeur", "Employer cost";
    EMPLOYEE_PART = "Part agent", "Employee part";
    EMPLOYER_PART = "Part employeur", "Employer part";
    CREDITOR = "Organisme", "Paid to";
    UNNAMED_CREDITOR = "Organisme non précisé", "Not said to whom";
    DUE = "À verser", "To be paid over";
    CHANGE = "Écart", "Change";
    CHANGE_GROSS = "Écart brut", "Change in gross";
    CHANGE_NET = "Écart net", "Change in net";
    CHANGE_EMPLOYER = "Écart charges employeur", "Change in employer charges";
    TOP_CAUSES = "Causes principales", "Main causes";
    REASON = "Motif", "Reason";
    GROUPING = "Regroupement", "Grouping";
    VALUE = "Valeur", "Value";
    CODE = "Code", "Code";
    LABEL = "Libellé", "Label";
    KIND = "Nature", "Kind";
    LINE = "Rubrique", "Line";
    AGENTS = "Agents", "Employees";
    ROWS = "Lignes", "Rows";
    EXPLAINED = "Expliqué", "Explained";
    UNEXPLAINED = "Inexpliqué", "Unexplained";
    BEFORE = "Avant", "Before";
    AFTER = "Après", "After";
    CAUSE = "Cause", "Cause";
    DETAIL_TEXT = "Précision", "Particulars";
    RANK = "N°", "No.";
    MOVEMENT = "Mouvement", "Movement";
    DATE = "Date", "Date";
    ACT = "Acte", "Act";
    OLD_IBAN = "Dernier compte payé", "Account last paid";
    NEW_IBAN = "Nouveau compte", "New account";
    READ_AT = "Lu dans", "Read in";
    CALL_BACK = "Rappel téléphonique", "Call-back";
    IN_USE = "Compte utilisé", "Account in use";
    ALTERNATIVE = "Que faire", "What to do";
    AMOUNT = "Montant", "Amount";
    POLICY = "Méthode", "Policy";
    SOURCE = "Source", "Source";
    STATUS = "Suivi", "Status";
    SEVERITY = "Gravité", "Severity";
    MESSAGE = "Constat", "Finding";
    PLACES = "Où", "Where";
    PAID = "Payé", "Paid";
    RECOMPUTED = "Recalculé", "Recomputed";
    NOTE = "Ce qu’on en fait", "What is done about it";
    FILE = "Fichier", "File";
    USED_AS = "Utilisé comme", "Used as";
    HASH = "Empreinte SHA-256", "SHA-256 hash";
    SHARE = "Part", "Share";
    UNREPLAYED = "agents dont rien n’est connu que le bulletin, non rejoués", "employees of whom only the payslip is known, not replayed";
    OPEN_ALL = "Tout déplier, pour imprimer", "Unfold all, to print";
    NO_VALUE = "(non renseigné)", "(not given)";

    // Sentences and small words.
    TOTAL = "Total", "Total";
    VISIBLE_TOTAL = "Total affiché", "Total shown";
    NOTHING = "Néant", "None";
    UNCONFIRMED = "Rien ne confirme les comptes", "Nothing confirms the accounts";
    OK = "Conforme", "Agrees";
    NOT_OK = "À VOIR", "LOOK HERE";
    OTHERS = "Autres causes", "Other causes";
    UNEXPLAINED_CAUSE = "Inexpliqué", "Unexplained";
    GROSS_TO_NET = "Du brut au net", "From gross to net";
    EARNINGS = "Rémunération brute", "Gross pay";
    DEDUCTIONS = "Cotisations de l’agent", "Employee contributions";
    TAX = "Impôt prélevé à la source", "Income tax withheld";
    AFTER_TAX = "Autres retenues et remboursements", "Other deductions and refunds";
    EMPLOYER_CHARGES = "Charges de l’employeur", "Employer charges";
    NET_TO_PAY = "Net à payer", "Net pay";
    FOR_INFORMATION = "Pour mémoire", "For information";
    HEADCOUNT_BEFORE = "Agents payés le mois précédent", "Employees paid last month";
    ARRIVALS = "+ arrivées", "+ joiners";
    RETURNS = "+ retours", "+ returns";
    DEPARTURES = "− partis sans bulletin", "− left without payslip";
    SUSPENSIONS = "− suspensions", "− suspensions";
    HEADCOUNT_AFTER = "Agents du mois", "Employees this month";
    TRANSFERS = "Virements", "Transfers";
    NETS_OF_MONTH = "Nets du mois, tous bulletins", "Nets of the month, all payslips";
    NETS_SET_ASIDE = "− nets exclus ou retenus", "− nets set aside";
    NETS_EXPECTED = "= à virer", "= to transfer";
    TRANSFER_FILE = "Fichier de virement", "Transfer file";
    TRANSFER_COUNT = "Nombre de virements", "Number of transfers";
    WHY_DIFFERENT = "Pourquoi le net change", "Why the net changes";
    CHECKS = "Contrôles d’égalité", "Equality checks";
    CHECKS_NOTE = "Chaque ligne compare deux chemins de calcul. Elle doit être nulle.", "Each row compares two ways of arriving at a sum. It must be zero.";
    HELD = "Pas de fichier de virement, toute la paie est arrêtée par", "No transfer file, the whole run is stopped by";
    CHECK_LINES_BEFORE = "Net du mois précédent\u{a0}: par rubrique − par agent", "Last month’s net: by line − by employee";
    CHECK_LINES_AFTER = "Net du mois\u{a0}: par rubrique − par agent", "This month’s net: by line − by employee";
    CHECK_GROSS_BEFORE = "Brut du mois précédent\u{a0}: par rubrique − par agent", "Last month’s gross: by line − by employee";
    CHECK_GROSS_AFTER = "Brut du mois\u{a0}: par rubrique − par agent", "This month’s gross: by line − by employee";
    CHECK_CAUSES = "Écart de net − somme des causes", "Change in net − sum of causes";
    CHECK_CAUSES_GROSS = "Écart de brut − somme des causes", "Change in gross − sum of causes";
    CHECK_TRANSFERS = "Nets à virer − fichier de virement", "Nets to transfer − transfer file";
    CHECK_HEADCOUNT = "Effectif rapproché − agents du mois", "Headcount bridge − employees this month";
    CHECK_MANIFEST_BEFORE = "Net du mois précédent\u{a0}: ce rapport − manifeste", "Last month’s net: this report − manifest";
    CHECK_MANIFEST_AFTER = "Net du mois\u{a0}: ce rapport − manifeste", "This month’s net: this report − manifest";
    SHEETS = "Les feuilles", "The sheets";
    NOT_RUN = "Non exécuté", "Not run";
    AND_OTHERS = "autres", "others";
    OTHER_LINES = "Autres rubriques", "Other lines";
    FOLLOWS = "Cotisations et impôt qui en résultent", "Contributions and tax that follow";
    WITHOUT_PAYSLIP = "sans bulletin", "without payslip";
    VISA = "Visa avant envoi des virements", "Signed off before transfers leave";
    VISA_PREPARED = "Préparé par", "Prepared by";
    VISA_CHECKED = "Contrôlé par (une autre personne)", "Checked by (another person)";
    VISA_SIGNED = "Nom, date et signature", "Name, date and signature";
    REPLAY_LINES = "Lignes du mois précédent", "Lines of last month";
    REPLAY_EXACT = "Recalculées au centime", "Recomputed to the cent";
    REPLAY_ROUNDING = "À un centime d’arrondi", "Within a cent of rounding";
    REPLAY_CARRIED = "Reconduites, faute de règle", "Taken over, for lack of a rule";
    REPLAY_GAP = "Recalculées avec un écart", "Recomputed with a gap";
    REPLAY_ONE_OFF = "Ponctuelles, propres à ce mois", "One-off, of that month only";
    REPLAY_AGENTS = "Agents du mois précédent", "Employees of last month";
    REPLAY_AGENTS_EXACT = "Agents retrouvés entièrement au centime", "Employees found again entirely, to the cent";
    REPLAY_GAPS = "Lignes non retrouvées, par rubrique", "Lines not found again, by line";
    RULES_USED = "Règles", "Rules";
    PROGRAM = "Programme", "Program";
    PREPARED = "Préparé le", "Prepared on";
    BY = "par", "by";
    APPROVED = "Approuvé par", "Approved by";
    NOT_APPROVED = "Pas encore approuvé", "Not yet approved";
    PAY_DATE = "Paiement le", "Paid on";
    CONFIRMED = "confirmé", "confirmed";
    REFUSED = "non confirmé", "not confirmed";
    NO_CALL_BACK = "aucun rappel enregistré", "no call-back recorded";
    KEY_PAID = "agents payés", "employees paid";
    KEY_SET_ASIDE = "agents exclus ou retenus", "employees set aside";
    KEY_CHANGE = "écart de net", "change in net";
    KEY_TRANSFERS = "total du fichier de virement", "total of the transfer file";
    KEY_SAME = "égal aux nets à virer", "equal to the nets to transfer";
    KEY_DIFFERENT = "différent des nets à virer\u{a0}: ", "differs from the nets to transfer: ";
    KEY_EXPLAINED = "expliqué au centime", "explained to the cent";
    KEY_NOT_EXPLAINED = "dont inexpliqué\u{a0}: ", "of which unexplained: ";
    SET_ASIDE_TITLE = "Agents exclus ou retenus", "Employees set aside";
    IBAN_TITLE = "Comptes bancaires nouveaux", "New bank accounts";
    ESTIMATIONS_TITLE = "Registre des estimations", "Register of estimates";
    REPLAY_TITLE = "Preuve\u{a0}: le mois précédent recalculé", "Proof: last month recomputed";
    SOURCES_TITLE = "Fichiers lus", "Files read";
    LARGEST = "Les plus grands écarts", "The largest changes";
    ALL_AGENTS = "Détail par agent", "Detail by employee";
    INCREASE = "augmentation", "increase";
    DECREASE = "diminution", "decrease";
    TOTAL_OF_MONTH = "total du mois", "total of the month";
    BROKEN_AXIS = "L’échelle ne part pas de zéro\u{a0}: les barres des totaux sont coupées.", "The scale does not start at zero: the bars of the totals are cut.";
    FILTER = "Filtrer", "Filter";
    FILTER_HINT = "matricule, nom, service, cause…", "number, name, department, cause…";
    CONTENTS = "Sommaire", "Contents";
    BRIDGE = "Rapprochement de l’effectif", "Headcount bridge";
}

pub const fn state(s: State) -> Text {
    match s {
        State::Draft => Text("Projet – rien n’est parti", "Draft – nothing has left"),
        State::Approved => Text("Approuvé", "Approved"),
        State::Released => Text("Libéré", "Released"),
    }
}

pub const fn agent_state(s: AgentState) -> Text {
    match s {
        AgentState::Paid => Text("Payé", "Paid"),
        AgentState::Arrived => Text("Arrivé", "Joined"),
        AgentState::Left => Text("Parti", "Left"),
        AgentState::Excluded => Text("Exclu", "Excluded"),
        AgentState::Held => Text("Retenu", "Held"),
    }
}

pub const fn mode(m: Mode) -> Text {
    match m {
        Mode::Computed => Text("Calculé", "Computed"),
        Mode::Carried => Text("Reconduit", "Carried over"),
        Mode::Advance => Text("Acompte", "Advance"),
        Mode::Manual => Text("Manuel", "Manual"),
    }
}

pub const fn kind(k: LineKind) -> Text {
    match k {
        LineKind::Earning => Text("Gain", "Earning"),
        LineKind::Deduction => Text("Cotisation agent", "Employee contribution"),
        LineKind::Employer => Text("Charge employeur", "Employer charge"),
        LineKind::Tax => Text("Impôt", "Tax"),
        LineKind::Net => Text("Net", "Net"),
    }
}

pub const fn movement(m: MovementKind) -> Text {
    match m {
        MovementKind::Arrival => Text("Arrivée", "Joined"),
        MovementKind::Return => Text("Retour", "Returned"),
        MovementKind::Departure => Text("Départ", "Left"),
        MovementKind::Suspension => Text("Suspension", "Suspended"),
    }
}

pub const fn iban_in_use(u: IbanInUse) -> Text {
    match u {
        IbanInUse::Old => Text("L’ancien", "The old one"),
        IbanInUse::New => Text("Le nouveau", "The new one"),
        IbanInUse::First => Text("Payé pour la première fois", "Paid for the first time"),
        IbanInUse::Neither => Text("Aucun : agent retenu", "Neither: held"),
    }
}

pub const fn severity(s: Severity) -> Text {
    match s {
        Severity::Blocking => Text("Bloquant", "Blocking"),
        Severity::Justify => Text("À justifier", "To justify"),
        Severity::Warning => Text("Avertissement", "Warning"),
        Severity::Information => Text("Information", "Information"),
    }
}

/// Who prepared the run and when, when that is recorded, who approved it, and when it is paid.
pub fn provenance(r: &Report) -> String {
    let lang = r.lang;
    let approved =
        if r.approved_by.is_empty() { NOT_APPROVED.get(lang).to_owned() } else { format!("{} {}", APPROVED.get(lang), r.approved_by) };
    let prepared = if r.prepared_by.is_empty() {
        String::new()
    } else {
        format!("{} {} {} {}. ", PREPARED.get(lang), short_date(r.prepared_at.date(), lang), BY.get(lang), r.prepared_by)
    };
    format!("{prepared}{approved}. {} {}.", PAY_DATE.get(lang), long_date(r.pay_date, lang))
}

/// Which pay is compared with which.
pub fn subject(r: &Report) -> String {
    let (this, last) = (month(r.month, r.lang), month(r.last_month, r.lang));
    match r.lang {
        Lang::Fr => format!("Paie {} {}, comparée à {last}", of_month(r.month, r.lang), r.month.year()),
        Lang::En => format!("Pay of {this}, compared with {last}"),
    }
}

/// `décembre 2021`, `December 2021`.
pub fn month(m: PayMonth, lang: Lang) -> String {
    format!("{} {}", month_name(m, lang), m.year())
}

/// A month that a table holds as `2021-12`, in words; any other text as it is.
pub fn month_text(text: &str, lang: Lang) -> String {
    PayMonth::parse(text).map_or_else(|| text.to_owned(), |m| month(m, lang))
}

/// `décembre`, `December`.
pub const fn month_name(m: PayMonth, lang: Lang) -> &'static str {
    let index = m.month() as usize - 1;
    match lang {
        Lang::Fr => MONTHS_FR[index],
        Lang::En => MONTHS_EN[index],
    }
}

/// `de novembre`, `d’octobre`; in English `of November`.
pub fn of_month(m: PayMonth, lang: Lang) -> String {
    let name = month_name(m, lang);
    match lang {
        Lang::Fr if name.starts_with(['a', 'o']) => format!("d’{name}"),
        Lang::Fr => format!("de {name}"),
        Lang::En => format!("of {name}"),
    }
}

/// `20 décembre 2021`, `1er` for the first; `20 December 2021`.
pub fn long_date(d: NaiveDate, lang: Lang) -> String {
    let month = PayMonth::of(d);
    match (lang, d.day()) {
        (Lang::Fr, 1) => format!("1er {}", self::month(month, lang)),
        (_, day) => format!("{day} {}", self::month(month, lang)),
    }
}

/// `20/12/2021`, `2021-12-20`.
pub fn short_date(d: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Fr => d.format("%d/%m/%Y").to_string(),
        Lang::En => d.format("%Y-%m-%d").to_string(),
    }
}

/// `−1 234,56` in French, `−1,234.56` in English.
pub fn amount(m: Money, lang: Lang) -> String {
    figures::money(m, lang)
}

/// The same with its sign always shown, except for zero.
pub fn signed(m: Money, lang: Lang) -> String {
    if m > Money::ZERO { format!("+{}", amount(m, lang)) } else { amount(m, lang) }
}

/// `1 234`, `1,234`.
pub fn count(n: u64, lang: Lang) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + 6);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(match lang {
                Lang::Fr => '\u{202f}',
                Lang::En => ',',
            });
        }
        out.push(c);
    }
    out
}

/// A share in tenths of a percent; only all of it is 100 %.
pub fn share(part: u64, whole: u64, lang: Lang) -> String {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let rounded = if whole == 0 { 0 } else { (part * 2000 + whole) / (2 * whole) };
    let tenths = if part < whole { rounded.min(999) } else { rounded };
    percent_text(tenths, lang)
}

/// The change as a share of what was there before, in tenths of a percent; `None` when there is nothing to compare with.
/// A deduction that grows counts as a decrease, as it does for the net.
pub fn change_percent(before: Money, after: Money, lang: Lang) -> Option<String> {
    let base = u128::from(before.cents().unsigned_abs());
    if base == 0 {
        return None;
    }
    let change = after - before;
    let tenths = (u128::from(change.cents().unsigned_abs()) * 2000 + base) / (2 * base);
    // What is withheld is negative on both sides: more of it is a rise.
    let falls = change.is_negative() != before.is_negative();
    let sign = if tenths == 0 {
        ""
    } else if falls {
        "\u{2212}"
    } else {
        "+"
    };
    Some(format!("{sign}{}", percent_text(tenths, lang)))
}

fn percent_text(tenths: u128, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("{},{}\u{202f}%", tenths / 10, tenths % 10),
        Lang::En => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_each_language_writes_them() {
        let m = Money::from_cents(-123_456_789);
        assert_eq!(amount(m, Lang::Fr), "\u{2212}1\u{202f}234\u{202f}567,89");
        assert_eq!(amount(m, Lang::En), "\u{2212}1,234,567.89");
        assert_eq!(signed(Money::from_cents(5), Lang::Fr), "+0,05");
        assert_eq!(signed(Money::ZERO, Lang::Fr), "0,00");
        assert_eq!(count(1_234_567, Lang::Fr), "1\u{202f}234\u{202f}567");
        assert_eq!(count(999, Lang::En), "999");
    }

    #[test]
    fn a_share_is_a_hundred_percent_only_when_nothing_is_missing() {
        assert_eq!(share(99_999, 100_000, Lang::Fr), "99,9\u{202f}%");
        assert_eq!(share(100_000, 100_000, Lang::Fr), "100,0\u{202f}%");
        assert_eq!(share(0, 0, Lang::En), "0.0%");
        assert_eq!(share(87, 88, Lang::Fr), "98,9\u{202f}%");
    }

    #[test]
    fn a_change_in_percent_needs_something_to_compare_with() {
        let cents = Money::from_cents;
        assert_eq!(change_percent(cents(200_000), cents(210_000), Lang::Fr).as_deref(), Some("+5,0\u{202f}%"));
        assert_eq!(change_percent(cents(200_000), cents(199_990), Lang::Fr).as_deref(), Some("0,0\u{202f}%"));
        assert_eq!(change_percent(cents(3), cents(2), Lang::En).as_deref(), Some("\u{2212}33.3%"));
        // More withheld is a rise of what is withheld.
        assert_eq!(change_percent(cents(-200_000), cents(-210_000), Lang::Fr).as_deref(), Some("+5,0\u{202f}%"));
        assert_eq!(change_percent(Money::ZERO, cents(2), Lang::En), None);
    }

    #[test]
    fn french_months_elide() {
        let of = |m| of_month(PayMonth::new(2021, m).expect("a month"), Lang::Fr);
        assert_eq!([of(10), of(11), of(4), of(8)], ["d’octobre", "de novembre", "d’avril", "d’août"]);
    }
}
