//! The fixed words of a payslip, in French and English.

use super::model::{PaymentMode, TaxRate};
use crate::ground::month::{MONTHS_EN, MONTHS_FR};
use crate::ground::{Lang, PayMonth};
use chrono::{Datelike, NaiveDate};

/// French, then English.
#[derive(Clone, Copy)]
pub struct Word(&'static str, &'static str);

impl Word {
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Fr => self.0,
            Lang::En => self.1,
        }
    }
}

macro_rules! words {
    ($($name:ident = $fr:literal, $en:literal;)*) => { $(pub const $name: Word = Word($fr, $en);)* };
}

words! {
    PAYSLIP = "Bulletin de paie", "Payslip";
    PROVISIONAL = "Bulletin de paie provisoire", "Provisional payslip";
    ADVANCE = "Avis de versement d’un acompte", "Notice of an advance on pay";
    DRAFT = "PROJET", "DRAFT";
    NUMBER = "N°", "No.";
    NUMBER_WITHIN = "n°", "no.";
    REPLACES = "annule et remplace n°", "cancels and replaces no.";
    COMPLETES = "complète le n°", "completes no.";

    EMPLOYER = "Employeur", "Employer";
    AGENT = "Agent", "Employee";
    SIRET = "SIRET", "SIRET";
    APE = "APE", "APE";
    URSSAF = "URSSAF", "URSSAF";
    CONTACT = "Contact\u{a0}:", "Contact:";
    MATRICULE = "Matricule", "Employee no.";
    NIR = "N° de sécurité sociale", "Social security no.";
    STATUS = "Statut", "Status";
    SCHEME = "Régime", "Scheme";
    JOB = "Emploi", "Job";
    GRADE = "Grade", "Grade";
    STEP = "Échelon", "Step";
    INDEX_MAJOR = "Indice majoré", "Pay index (IM)";
    INDEX_GROSS = "Indice brut", "Gross index (IB)";
    NBI = "Points de NBI", "NBI points";
    CHILDREN = "Enfants (SFT)", "Children (SFT)";
    WORKING_TIME = "Quotité", "Working time";
    PART_TIME_POST = "Temps non complet", "Part-time post";
    SERVICE = "Service", "Department";
    NO_SERVICE = "Sans service", "Without department";
    POST = "Poste", "Post";

    PERIOD = "Période", "Period";
    HOURS = "Heures payées", "Paid hours";
    PRESENCE = "Présence", "Presence";

    LINES = "Éléments de paie", "Pay lines";
    AMOUNTS = "Montants en euros", "Amounts in euros";
    CODE = "Code", "Code";
    LABEL = "Libellé", "Item";
    BASE = "Base", "Base";
    RATE = "Taux", "Rate";
    PAID = "À payer", "Due";
    DEDUCTED = "À déduire", "Deducted";
    EMPLOYER_RATE_1 = "Taux", "Employer";
    EMPLOYER_RATE_2 = "patronal", "rate";
    EMPLOYER_AMOUNT_1 = "Part", "Employer";
    EMPLOYER_AMOUNT_2 = "patronale", "share";
    CONTRIBUTIONS_SECTION = "Cotisations et contributions", "Contributions";
    BEFORE_TAX_SECTION = "Autres éléments", "Other items";
    GROSS = "Total brut", "Total gross";
    CONTRIBUTIONS = "Total des cotisations et contributions", "Total contributions";
    NET_SOCIAL = "Montant net social", "Net social amount";
    NET_BEFORE_TAX = "Net à payer avant impôt sur le revenu", "Net pay before income tax";
    NET_PAID = "Net payé", "Net paid";
    EMPLOYER_COST = "Total versé par l’employeur", "Total paid by the employer";
    CARRIED_OUT = "À reporter", "Carried forward";
    CARRIED_IN = "Report", "Brought forward";

    CUMULS = "Totaux", "Totals";
    MONTH = "Mois", "Month";
    SINCE = "Depuis janvier", "Since January";
    CUMUL_GROSS = "Brut", "Gross";
    CUMUL_TAXABLE = "Net imposable", "Taxable net";
    CUMUL_TAX = "Impôt prélevé", "Income tax withheld";
    CUMUL_EMPLOYER = "Charges patronales", "Employer contributions";
    CUMUL_HOURS = "Heures", "Hours";
    PAYMENT = "Paiement", "Payment";
    PAY_DATE = "Date", "Date";
    PAY_MODE = "Mode", "Method";
    ACCOUNT = "Compte", "Account";
    HELD = "Virement en attente", "Transfer on hold";
    LEAVE = "Congés", "Leave";
    LEAVE_KIND = "Nature", "Kind";
    TAKEN = "Pris", "Taken";
    LEFT = "Solde", "Balance";
    UNAVAILABLE = "Non disponible", "Not available";

    PROVISIONAL_MARKED = "Les lignes marquées (e) sont estimées.", "Lines marked (e) are estimates.";
    PROVISIONAL_NAMED = "Sont estimés et marqués (e) :", "Estimated and marked (e):";
    PROVISIONAL_LATER = "Une régularisation suivra sur un prochain bulletin.", "A correction will follow on a later payslip.";
    ASK = "Renseignements :", "Questions:";

    ADVANCE_AMOUNT = "Acompte versé", "Advance paid";
    ADVANCE_BASIS = "Base de calcul :", "Basis:";
    ADVANCE_LATER =
        "Cet acompte n’est pas un bulletin de paie. Il sera déduit de votre prochain bulletin, qui portera les cotisations et l’impôt.",
        "This advance is not a payslip. It will be deducted from your next payslip, which will show contributions and tax.";

    KEEP = "À conserver sans limitation de durée", "Keep this document without time limit";
    PAGE = "Page", "Page";
}

/// The word for a way of paying.
pub const fn mode(mode: PaymentMode) -> Word {
    match mode {
        PaymentMode::Transfer => Word("Virement", "Bank transfer"),
        PaymentMode::Cheque => Word("Chèque", "Cheque"),
        PaymentMode::Cash => Word("Espèces", "Cash"),
    }
}

/// The kind of a tax rate, in words.
pub fn tax_rate(kind: &TaxRate, lang: Lang) -> &str {
    match kind {
        TaxRate::Personal => Word("taux personnalisé", "personal rate").get(lang),
        TaxRate::Neutral => Word("taux non personnalisé", "neutral rate").get(lang),
        TaxRate::Other(text) => text,
    }
}

/// The document's language for readers and screen readers.
pub const fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "fr-FR",
        Lang::En => "en-GB",
    }
}

/// `décembre 2021`.
pub fn month(month: PayMonth, lang: Lang) -> String {
    let names = match lang {
        Lang::Fr => &MONTHS_FR,
        Lang::En => &MONTHS_EN,
    };
    format!("{} {}", names[month.month() as usize - 1], month.year())
}

/// `1er décembre 2021`, `22 décembre 2021`.
pub fn date(date: NaiveDate, lang: Lang) -> String {
    let rest = month(PayMonth::of(date), lang);
    match (date.day(), lang) {
        (1, Lang::Fr) => format!("1er {rest}"),
        (day, Lang::Fr | Lang::En) => format!("{day} {rest}"),
    }
}

/// `du 13 au 31 décembre 2021`, the month said once when it is the same.
pub fn span(from: NaiveDate, to: NaiveDate, lang: Lang) -> String {
    let first = if PayMonth::of(from) == PayMonth::of(to) {
        match (from.day(), lang) {
            (1, Lang::Fr) => "1er".to_owned(),
            (day, Lang::Fr | Lang::En) => day.to_string(),
        }
    } else {
        date(from, lang)
    };
    match lang {
        Lang::Fr => format!("du {first} au {}", date(to, lang)),
        Lang::En => format!("{first} to {}", date(to, lang)),
    }
}
