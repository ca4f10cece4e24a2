//! Any text with columns, beside a small staff file: laid out, recognised and gathered with the words of the French pack.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;
use releve::ground::{PayMonth, Sources};
use releve::normalise::titles::Titles;
use releve::normalise::{Context, Natures, RubricTarget, Rubrics, gather, recognise, shape};
use releve::payslip::ElementId;
use releve::read::{Input, open};
use releve::rules::{Pack, pack, source};
use std::sync::LazyLock;

const STAFF: &str = "Matricule;Nom;Prénom;NIR;IBAN;Grade;Indice majoré;Quotité\n\
    00102;LEBRUN;Anne;284037511604258;FR7630001007941234567890185;Adjoint;355;100\n\
    00103;MARTIN;Paul;;;Attaché;480;80\n00104;MARTIN;Pauline;;;Attaché;500;100\n";

struct Known {
    pack: Pack,
    natures: Natures,
    rubrics: Rubrics,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let pack = pack::read(source::embedded("fr-fpt")).0;
    let natures = Natures::of(&pack.events, &pack.vocabulary).with_moves(&pack.moves);
    let target = |(i, e): (usize, &pack::Element)| RubricTarget {
        element: ElementId(u16::try_from(i).expect("few")),
        code: e.card.code.clone(),
        kind: e.card.kind,
        labels: e.labels.iter().chain([&e.card.label.fr]).cloned().collect(),
        rate: None,
        employer_rate: None,
        takes: false,
        total: None,
    };
    let rubrics = Rubrics { targets: pack.elements.iter().enumerate().map(target).collect() };
    Known { pack, natures, rubrics }
});

static TITLES: LazyLock<Titles> = LazyLock::new(|| Titles::new(&KNOWN.pack.vocabulary, &KNOWN.rubrics));

fuzz_target!(|bytes: &[u8]| {
    let month = PayMonth::new(2021, 12).expect("a month");
    let (k, titles) = (&*KNOWN, &*TITLES);
    let (vocabulary, natures, rubrics) = (&k.pack.vocabulary, &k.natures, &k.rubrics);
    let cx = Context { vocabulary, natures, rubrics, month, last: month.previous(), employer: "Commune d'Essai", siret: "" };
    let mut sources = Sources::default();
    let mut tables = Vec::new();
    for (name, bytes) in [("agents.csv", STAFF.as_bytes()), ("liste décembre.csv", bytes)] {
        tables.extend(open(&Input::from(bytes.to_vec()), name, &mut sources, &shared::limits(), None).value);
    }
    let tables = shape::plain(tables, &mut sources, titles, &cx).value;
    let mapping = recognise(&tables, &[], &mut sources, &[], titles, &cx).value;
    let _ = gather(&tables, &[], &sources, &mapping, &cx);
});
