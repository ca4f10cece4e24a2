//! Questions to the words of a title, a name or a remark.

use super::file::{Bounds, Contrary, FILE, Hourly};
use crate::facts::FactId;
use crate::ground::place::stem;
use crate::normalise::mapping::{Meaning, Role};
use crate::normalise::text::{Phrase, fold};
use std::collections::BTreeMap;

/// How strongly a text (a file's name, a sheet's, its title lines) speaks of a role: letters of the longest words found.
pub fn speaks_of(text: &str, role: Role) -> usize {
    let key = match role {
        Role::RegisterLines | Role::RegisterWide => "register",
        Role::Staff
        | Role::Arrivals
        | Role::Departures
        | Role::Changes
        | Role::Events
        | Role::Amounts
        | Role::AccountChanges
        | Role::Transfers
        | Role::OtherAccounts => role.id(),
        Role::Rubrics | Role::Ignored | Role::Unknown => return 0,
    };
    let tidy = spaced(text);
    FILE.sheet.get(key).map_or(0, |words| words.iter().filter(|w| holds(&tidy, w)).map(String::len).max().unwrap_or(0))
}

/// Whether a text has a word that says that a sheet is not of that role, whatever else it says: « Départs en congé ».
pub fn denies(text: &str, role: Role) -> bool {
    FILE.denies.get(role.id()).is_some_and(|words| names_one(words, text))
}

/// Facts that a list with another fact must have a column for.
pub fn needed(fact: &str) -> Option<&'static str> {
    FILE.needs.get(fact).map(String::as_str)
}

/// The rate that a fact is paid at where both stand in one row.
pub fn priced_at(fact: &str) -> Option<&'static str> {
    FILE.priced.get(fact).map(String::as_str)
}

/// Whether a fact is such a rate.
pub fn is_rate_of_hours(fact: &str) -> bool {
    FILE.priced.values().any(|rate| rate == fact)
}

/// Whether a date of leaving is the first day no longer paid: « radié à compter du ».
pub fn first_day_away(heading: &str) -> bool {
    let tidy = spaced(heading);
    FILE.leaving.first_day_away.iter().any(|w| tidy.contains(&spaced(w)))
}

/// Whether a date of leaving may be the last day paid as well as the first that is not: « radié le ».
pub fn last_day_or_first_away(heading: &str) -> bool {
    is_one(&FILE.leaving.either, heading)
}

/// Whether a word is one of those listed; an asterisk there stands for any ending.
pub(super) fn opens(list: &[String], word: &str) -> bool {
    list.iter().any(|w| w.strip_suffix('*').map_or(w == word, |stem| word.starts_with(stem)))
}

/// The word of a list's names or of its title that says its numbers are not to be paid: « HS récupérées », « CIA annulé ».
pub fn doubted_list(about: &str) -> Option<String> {
    one_of(&FILE.doubt.list, &spaced(about))
}

/// The same of a list whose rows have no days of their own: « Historique des avancements ».
pub fn doubted_undated(about: &str) -> Option<String> {
    one_of(&FILE.doubt.undated, &spaced(about))
}

/// The word of a list of absences that says that nothing is withheld for them: « Absences justifiées ».
pub fn excused(about: &str) -> Option<String> {
    let tidy = spaced(about);
    let words: Vec<&str> = tidy.split_whitespace().collect();
    let said = |i: usize| opens(&FILE.doubt.excused, words[i]) && !(i > 0 && says_without(words[i - 1]));
    (0..words.len()).find(|i| said(*i)).map(|i| words[i].to_owned())
}

/// Whether a [`spaced`] text has a word or a phrase, whole.
pub(super) fn holds(tidy: &str, phrase: &str) -> bool {
    let ends = |i: usize| tidy.as_bytes().get(i + phrase.len()) == Some(&b' ');
    tidy.match_indices(phrase).any(|(i, _)| tidy[..i].ends_with(' ') && ends(i))
}

/// Whether a word of a [`spaced`] text opens with a stem.
fn opens_in(tidy: &str, stem: &str) -> bool {
    tidy.match_indices(stem).any(|(i, _)| tidy[..i].ends_with(' '))
}

/// The first of some words or phrases that a text has; an asterisk stands for any ending.
pub(super) fn one_of(list: &[String], tidy: &str) -> Option<String> {
    let whole = list.iter().filter(|w| w.contains(' ')).find(|w| w.strip_suffix('*').map_or_else(|| holds(tidy, w), |s| opens_in(tidy, s)));
    whole.map(|w| w.trim_end_matches('*').to_owned()).or_else(|| tidy.split_whitespace().find(|w| opens(list, w)).map(str::to_owned))
}

/// The word of a list's names or of its title with which its numbers are no values of that fact: « Télétravail » over a share.
pub fn elsewhere(about: &str, fact: &str) -> Option<String> {
    let (gains, tidy) = (&FILE.doubt.gains, spaced(about));
    let taken_back = || gains.facts.iter().any(|f| f == fact).then(|| one_of(&gains.words, &tidy)).flatten();
    FILE.doubt.elsewhere.get(fact).and_then(|list| one_of(list, &tidy)).or_else(taken_back)
}

/// The words of a title that say that its numbers are counted in another unit than its fact: « HS jour (en jours) ».
pub fn counted_in_another(form: &str, title: &str) -> Option<String> {
    FILE.doubt.counted_in.get(form).and_then(|list| one_of(list, &spaced(title)))
}

/// Whether a number is that fact only where other words stand beside its title, and none does.
pub fn lacks_its_words(about: &str, fact: &str) -> bool {
    FILE.doubt.only_where.get(fact).is_some_and(|list| one_of(list, &spaced(about)).is_none())
}

/// Whether a title is that of a part of what another column counts: « dont nuit ».
pub fn is_part_of(heading: &str) -> bool {
    begins(&FILE.wording.part_of, heading)
}

/// Whether a letter under a title that leaves open whether hours are paid or taken as rest says rest: `R` under « P/R ».
pub fn takes_rest(heading: &str, text: &str) -> bool {
    is_one(&FILE.aside.rest, text) && one_of(&FILE.aside.or_rest, &spaced(heading)).is_some()
}

/// The words that say that a list was paid in another month: « versé en novembre ».
pub fn paid_in(about: &str, other: impl Fn(&str) -> bool) -> Option<String> {
    let tidy = spaced(about);
    let words: Vec<&str> = tidy.split_whitespace().collect();
    let said = |w: &&[&str]| opens(&FILE.doubt.paid_in, w[0]) && w[1] == "en" && other(w[2]);
    words.windows(3).find(said).map(|w| w.join(" "))
}

/// What a yes or a no under a title says of a row, as far as the title tells.
pub fn answered(heading: &str, yes: bool, absence: bool) -> bool {
    let has = |list: &[String]| one_of(list, &spaced(heading)).is_some();
    if yes { has(&FILE.aside.settled) || absence && has(&FILE.aside.attended) } else { absence && has(&FILE.aside.absent) }
}

/// Facts of which one of two columns may be meant, with the words of its title.
pub fn rather() -> impl Iterator<Item = (&'static str, &'static [String])> {
    FILE.rather.iter().map(|(fact, words)| (fact.as_str(), words.as_slice()))
}

/// Whether a title has one of these words, or several that follow each other.
pub fn has_words(title: &str, words: &[String]) -> bool {
    let tidy = spaced(title);
    words.iter().any(|w| holds(&tidy, w))
}

/// The word of a staff file's name that says that another has taken its place: « agents (ancien) ».
pub fn is_bygone(name: &str) -> Option<String> {
    spaced(name).split_whitespace().find(|w| opens(&FILE.doubt.bygone, w)).map(str::to_owned)
}

/// Whether a column says that an absence is not paid in full: « Traitement : DT », « % rémunération : 50 ».
pub fn paid_in_part(heading: &str, text: &str) -> bool {
    let tidy = spaced(text);
    let number = tidy.trim();
    let share = number.len() <= 3 && number.parse::<u32>().is_ok_and(|n| n <= 100) && !is_one(&FILE.aside.in_full, text);
    one_of(&FILE.aside.pay, &spaced(heading)).is_some() && (share || one_of(&FILE.aside.half, &tidy).is_some())
}

/// Whether a list says that it takes the place of another: « annule et remplace ».
pub fn replaces(about: &str) -> bool {
    let tidy = spaced(about);
    FILE.doubt.replaces.iter().any(|w| holds(&tidy, w))
}

/// What a list is called without those words.
pub fn without_replacing(about: &str) -> String {
    FILE.doubt.replaces.iter().fold(spaced(about), |text, w| text.replace(&format!(" {w} "), " "))
}

/// Whether a word beside the name of an element makes another thing of it: « solde », « retrait », « prévu ».
pub fn turning(word: &str) -> bool {
    opens(&FILE.doubt.turning, word)
}

/// Whether a word before a kind of absence says that it is over: « retour », « fin ».
pub fn ends(word: &str) -> bool {
    opens(&FILE.doubt.ends, word)
}

/// Whether a word says that something is not so: « non rémunérée », « sans traitement ».
pub fn says_without(word: &str) -> bool {
    opens(&FILE.doubt.without, word)
}

/// Whether a text says that somebody is in activity.
pub fn in_activity(position: &str) -> bool {
    is_one(&FILE.wording.active, position)
}

/// Whether a text speaks of a strike.
pub fn says_strike(text: &str) -> bool {
    spaced(text).split_whitespace().any(|w| opens(&FILE.doubt.strike, w))
}

/// Whether a title says that its hours come on top of the post's own.
pub fn says_extra(title: &str) -> bool {
    spaced(title).split_whitespace().any(|w| opens(&FILE.doubt.extra, w))
}

/// Whether a title counts things: « Tickets restaurant », « Permanences ».
pub fn is_plural(title: &str) -> bool {
    let counts = |w: &str| w.len() >= 4 && w.ends_with('s') && !w.ends_with("ss") && !opens(&FILE.doubt.uncounted, w);
    spaced(title).split_whitespace().any(counts)
}

/// Whether a word is a length of time.
pub fn is_time(word: &str) -> bool {
    opens(&FILE.doubt.times, word)
}

pub fn bounds() -> &'static Bounds {
    &FILE.doubt.bounds
}

/// Whether a title counts days, or hours.
pub fn counts_days(heading: &str) -> bool {
    one_of(&FILE.doubt.days, &spaced(heading)).is_some()
}
pub fn counts_hours(heading: &str) -> bool {
    one_of(&FILE.doubt.hours, &spaced(heading)).is_some()
}

/// Whether a word says that numbers are hours.
pub fn hourly_word(word: &str) -> bool {
    opens(&FILE.doubt.hourly, word)
}

/// Whether a word of a title says nothing that a number of that form would not be without it.
pub fn neutral(form: &str, word: &str) -> bool {
    ["all", form].iter().any(|k| FILE.neutral.get(*k).is_some_and(|list| opens(list, word)))
}

/// The words of a title that say no more than that its numbers are to be paid: « à payer », « fixé par arrêté ».
pub fn due_words(title: &str) -> Vec<String> {
    let tidy = spaced(title);
    FILE.wording.due.iter().filter(|w| holds(&tidy, w)).flat_map(|w| Phrase::of(w).words).collect()
}

/// Whether a title is of what earlier months are still owed: « Rappel de prime ».
pub fn back_pay(heading: &str) -> bool {
    spaced(heading).split_whitespace().any(|w| opens(&FILE.aside.back, w))
}

/// What contradicts a fact of a list, by the fact's name.
pub fn contrary() -> &'static BTreeMap<String, Contrary> {
    &FILE.contrary
}

/// Facts of people of whom lists may say some others only: the fact, its option, and whether they may say this one.
pub fn only() -> impl Iterator<Item = (&'static str, &'static str, impl Fn(&str) -> bool)> {
    let options = FILE.only.iter().flat_map(|(fact, options)| options.iter().map(move |o| (fact, o)));
    options.map(|(fact, (option, list))| (fact.as_str(), option.as_str(), move |name: &str| opens(list, name)))
}

/// What hours at an hourly rate look like in a register.
pub fn hourly() -> &'static Hourly {
    &FILE.hourly
}

/// Whether a title is one of those listed, word for word.
pub(super) fn is_one(list: &[String], heading: &str) -> bool {
    let tidy = spaced(heading);
    list.iter().any(|w| tidy.trim() == w)
}

/// Whether a title begins with one of those words.
pub(super) fn begins(list: &[String], heading: &str) -> bool {
    spaced(heading).split_whitespace().next().is_some_and(|w| opens(list, w))
}

/// Whether a title is one of those of a column of that meaning, just so.
pub(super) fn is_column(of: &str, heading: &str) -> bool {
    let tidy = spaced(heading);
    FILE.column.get(of).is_some_and(|list| list.iter().any(|t| spaced(t) == tidy))
}

/// Whether a text has one of those listed among its words.
fn names_one(list: &[String], about: &str) -> bool {
    let tidy = spaced(about);
    list.iter().any(|w| holds(&tidy, w))
}

/// Whether a title says only that something changes: « Nouveau taux », « Passe à ».
pub fn becomes(heading: &str) -> bool {
    is_one(&FILE.wording.becomes, heading)
}

/// Whether a title says what something was until then, and not what: « Taux actuel », « Ancien taux ».
pub fn was(heading: &str) -> bool {
    is_one(&FILE.wording.was, heading)
}

/// Whether a title opens with a word of what is new, or of what was before: « Nouvelle cotisation ».
pub fn side_of(heading: &str) -> Option<fn(FactId) -> Meaning> {
    if begins(&FILE.wording.opens_new, heading) {
        Some(Meaning::New)
    } else {
        begins(&FILE.wording.opens_old, heading).then_some(Meaning::Old as fn(FactId) -> Meaning)
    }
}

/// The words of a title behind such a word.
pub fn without_side(heading: &str) -> Phrase {
    let rest = side_of(heading).and_then(|_| heading.trim_start().split_once(char::is_whitespace)).map(|s| s.1);
    Phrase::of(rest.unwrap_or(heading))
}

/// Whether a title says that what it is about is not decided: « Date prévisionnelle de retraite ».
pub fn says_foreseen(heading: &str) -> bool {
    one_of(&FILE.wording.foreseen, &spaced(heading)).is_some()
}

/// Whether a status is one without an end of contract: « Titulaire ».
pub fn has_no_end(status: &str) -> bool {
    begins(&FILE.wording.lasting, status)
}

/// The word of a list that says of a sum without « nouveau » that it does not last: « Prime IFSE exceptionnelle », « Fin de NBI ».
pub fn says_once_beside(about: &str) -> Option<String> {
    one_of(&FILE.wording.once_beside, &spaced(about))
}

/// Whether a title says that it holds now: « IM actuel ».
pub fn is_current(heading: &str) -> bool {
    names_one(&FILE.wording.current, heading)
}

/// Whether a beneficiary's name is that of no person: « URSSAF ILE DE FRANCE ».
pub fn names_an_organisation(name: &str) -> bool {
    names_one(&FILE.row.organisation, name)
}

/// Whether a title says how many people there are: « Nb agents », « Nombre de bulletins ».
pub fn says_how_many(heading: &str) -> bool {
    let tidy = spaced(heading);
    let rest = FILE.wording.counts.iter().find_map(|w| tidy.strip_prefix(&format!(" {w} ")));
    rest.is_some_and(|r| FILE.row.counted.contains(&without_small(r)))
}

/// Words without the small ones before them: « date de reprise ».
fn without_small(text: &str) -> String {
    text.split_whitespace().skip_while(|w| opens(&FILE.wording.between, w)).collect::<Vec<_>>().join(" ")
}

/// Whether a title has a mark of the year or the month before: « N-1 ».
pub fn says_time_before(heading: &str) -> Option<&'static str> {
    let lower = heading.to_lowercase();
    let whole = |i: usize, m: &str| {
        let before = lower[..i].ends_with(char::is_alphanumeric);
        !before && !lower[i + m.len()..].starts_with(|c: char| c.is_ascii_digit())
    };
    FILE.doubt.time_before.iter().map(String::as_str).find(|m| lower.match_indices(m).any(|(i, _)| whole(i, m)))
}

/// Whether a title says that something is new: « Nouveau taux ».
pub fn says_becomes(heading: &str) -> bool {
    begins(&FILE.wording.opens_new, heading)
}

/// Whether a title is that of what was before: « Ancien taux ».
pub fn says_before(heading: &str) -> bool {
    is_one(&FILE.wording.old_value, heading) || begins(&FILE.wording.opens_old, heading)
}

/// Whether a title says that its sums are those of a year.
pub fn says_yearly(heading: &str) -> bool {
    spaced(heading).split_whitespace().any(|w| opens(&FILE.wording.yearly, w))
}

/// Whether a title is of sums since the year began: « Cumul annuel », « Cumul ».
pub fn says_cumulative(heading: &str) -> bool {
    spaced(heading).split_whitespace().next().is_some_and(|w| opens(&FILE.wording.cumulative, w))
}

/// Whether a group title says only that what stands below it is the month's.
pub fn is_of_month(heading: &str) -> bool {
    is_one(&FILE.wording.of_month, heading)
}

/// Whether a title is that of the day somebody is back.
pub fn says_return(heading: &str) -> bool {
    begins(&FILE.wording.opens_return, &without_small(&spaced(heading)))
}

/// Whether a title is that of the last day at work before an absence: « Dernier jour travaillé ».
pub fn says_last_worked(heading: &str) -> bool {
    is_one(&FILE.wording.last_worked, heading)
}

/// Whether a text is the unit of days: « jour(s) ».
pub fn is_days(unit: &str) -> bool {
    is_one(&FILE.wording.days, unit)
}

/// Whether a fact is what is kept from an agent for others every month.
pub fn is_withheld(fact: &str) -> bool {
    FILE.wording.withheld.iter().any(|w| w == fact)
}

/// Whether a title is that of one week: « Sem. 1 », « S36 », « Semaine 36 ».
pub fn says_week(heading: &str) -> bool {
    let tidy = spaced(heading);
    let numbered = |w: &String| tidy.trim().strip_prefix(w.as_str()).is_some_and(|r| r.trim_start().parse::<u8>().is_ok_and(|n| n <= 53));
    FILE.wording.week.iter().any(numbered)
}

/// Whether a title is that of what is still owed to others: « Solde restant dû ».
pub fn says_remaining(heading: &str) -> bool {
    one_of(&FILE.wording.remaining, &spaced(heading)).is_some()
}

/// Whether a title is that of a last day: « Au ».
pub fn says_until(heading: &str) -> bool {
    is_column("to", heading)
}

/// Whether a title is that of a first day: « Du ».
pub fn says_from(heading: &str) -> bool {
    is_column("from", heading)
}

/// Whether a title is that of the month a row is for: « Période ».
pub fn says_period(heading: &str) -> bool {
    is_column("period", heading)
}

/// Whether a title is that of days counted: « Jours ouvrés ».
pub fn says_days(heading: &str) -> bool {
    is_column("days", heading)
}

/// What a title says the first day of: « Maladie du », « Grève à compter du ».
pub fn first_day_of(heading: &str) -> Option<String> {
    let tidy = spaced(heading);
    let head = |end: &String| tidy.trim_end().strip_suffix(end.as_str()).filter(|head| head.ends_with(' ')).map(str::trim);
    FILE.wording.since.iter().find_map(head).filter(|h| !h.is_empty()).map(str::to_owned)
}

/// The words that open the first and the last day in one text: « du … au … ».
pub fn span_words() -> [&'static str; 2] {
    [FILE.wording.span[0].as_str(), FILE.wording.span[1].as_str()]
}

/// Whether a word stands before one day: « le 17/03/2022 ».
pub fn names_one_day(word: &str) -> bool {
    is_one(&FILE.wording.on, word)
}

/// Whether a title is that of kinds of movements: « Type de mouvement ».
pub fn says_kind(heading: &str) -> bool {
    is_one(&FILE.wording.kind, heading)
}

/// Whether a title is that of a piece of an account: bank, branch, number, key, or of an IBAN before its number.
pub fn account_piece(piece: usize, heading: &str) -> bool {
    FILE.pieces.get(piece).is_some_and(|p| is_one(p, heading))
}

/// What a row of « Mouvements du personnel » is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Movement {
    Leaves,
    Enters,
}

/// The movement that a text names: « SORTIE », « Recrutement ».
pub fn movement(text: &str) -> Option<Movement> {
    let of = |list: &[String], kind| is_one(list, text).then_some(kind);
    of(&FILE.movements.leaves, Movement::Leaves).or_else(|| of(&FILE.movements.enters, Movement::Enters))
}

/// Whether a title is that of the day of a movement, whichever it is: « Date ».
pub fn movement_date(heading: &str) -> bool {
    is_one(&FILE.movements.date, heading)
}

/// What a list of one kind of movement is called, and the title of its date.
pub fn movement_titles(kind: Movement) -> &'static [String; 2] {
    match kind {
        Movement::Leaves => &FILE.movements.leaving,
        Movement::Enters => &FILE.movements.entering,
    }
}

/// Whether a title is that of what a movement comes to: « Valeur ».
pub fn says_value(heading: &str) -> bool {
    is_one(&FILE.wording.value, heading)
}

/// Whether a title is that of what a movement ends: « Ancienne valeur ».
pub fn says_old_value(heading: &str) -> bool {
    is_one(&FILE.wording.old_value, heading)
}

/// Whether the names of a list or its title speak of working time.
pub fn of_working_time(about: &str) -> bool {
    names_one(&FILE.wording.working_time, about)
}

/// Whether the names of a list or its title speak of part time of full posts.
pub fn of_part_time(about: &str) -> bool {
    names_one(&FILE.wording.part_time, about)
}

/// Whether the names of a list or its title speak of the tax office.
pub fn of_tax_rates(about: &str) -> bool {
    names_one(&FILE.wording.tax_rates, about)
}

/// Whether a title is that of a day until which something holds: « Date validité ».
pub fn of_validity(heading: &str) -> bool {
    names_one(&FILE.wording.validity, heading)
}

/// Whether a title of two days is that of the first: « Début de validité ».
pub fn says_begin(heading: &str) -> bool {
    one_of(&FILE.wording.first, &spaced(heading)).is_some()
}

/// Whether a title of two days is that of the last: « Date fin ».
pub fn says_end(heading: &str) -> bool {
    one_of(&FILE.wording.last, &spaced(heading)).is_some()
}

/// Whether a column says the one day a row is about: « Date », « Jour de grève ».
pub fn one_day(heading: &str) -> bool {
    is_one(&FILE.wording.one, heading)
}

/// Whether a word stands before the number of an employee in running text: « matricule 115 ».
pub fn before_number(word: &str) -> bool {
    opens(&FILE.wording.before_number, word)
}

/// Whether a word stands before the code or the name of a rubric: « Rubrique 7 ».
pub fn before_rubric(word: &str) -> bool {
    opens(&FILE.wording.before_rubric, word)
}

/// Whether a kind of absence lasts a day where nothing says more: « Grève », « Service non fait ».
pub fn lasts_a_day(nature: &str) -> bool {
    names_one(&FILE.wording.a_day, nature)
}

/// Whether a title is that of those whom a bank has paid.
pub fn of_beneficiaries(heading: &str) -> bool {
    is_one(&FILE.wording.beneficiaries, heading)
}

/// Whether a title is that of those who are no agents: suppliers, associations, creditors.
pub fn of_third_parties(heading: &str) -> bool {
    names_one(&FILE.wording.third_parties, heading)
}

/// Whether a title speaks of a contract.
pub fn of_contract(heading: &str) -> bool {
    names_one(&FILE.wording.contract, heading)
}

/// Whether a text speaks to everybody: « prime pour tous les agents ».
pub fn speaks_to_all(text: &str) -> bool {
    names_one(&FILE.wording.everybody, text)
}

/// Whether a line is one of those a mail opens with that name who writes and who is written to.
pub fn opens_a_mail(line: &str) -> bool {
    line.split_once(':').is_some_and(|(head, _)| is_one(&FILE.wording.mail, head))
}

/// Whether a line is what a mail closes with, above the name of who writes it.
pub fn closes_a_mail(line: &str) -> bool {
    is_one(&FILE.wording.mail_ends, line)
}

/// Whether a title may mean what is paid as well as what is taken back.
pub fn either_way(heading: &str) -> bool {
    let tidy = spaced(heading);
    FILE.either_way.titles.iter().any(|t| spaced(t) == tidy)
}

/// Folded, every mark a blank, with a blank at both ends: ready to look for whole words.
pub fn spaced(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len() + 2);
    out.push(' ');
    for c in folded.chars() {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// The titles of a kind of absence, its first day and its last.
pub fn absence_titles() -> [&'static str; 3] {
    [0, 1, 2].map(|i: usize| FILE.calendar.titles[i].as_str())
}

/// Whether what a letter of a planning stands for is work or a day of rest: « R », « repos hebdomadaire ».
pub fn at_rest(text: &str) -> bool {
    is_one(&FILE.calendar.at_rest, text)
}

/// The fact that counts days of leave and rest, which move no pay.
pub fn without_effect() -> &'static str {
    &FILE.calendar.without_effect
}

/// Whether a state of a transfer says that it came back: « Rejeté - compte clos », « Retourné ».
pub fn says_returned(state: &str) -> bool {
    let tidy = spaced(state);
    begins(&FILE.aside.returned, state) || one_of(&FILE.aside.returned, &tidy).is_some() && tidy.split_whitespace().count() <= 4
}

/// Whether a state of a transfer says that it may not have left: « En attente ».
pub fn says_pending(state: &str) -> bool {
    let tidy = spaced(state);
    one_of(&FILE.aside.pending, &tidy).is_some() && tidy.split_whitespace().count() <= 4
}

/// Whether two names of files are of versions of one list: « HS juin », « HS juin v2 », « HS juin (2) ».
pub fn are_versions(a: &str, b: &str) -> bool {
    let (a, b) = (spaced(stem(a)), spaced(stem(b)));
    let (short, long) = if a.len() < b.len() { (&a, &b) } else { (&b, &a) };
    let more = long.strip_prefix(short.as_str()).map(str::trim).filter(|m| !m.is_empty() && !short.is_empty());
    more.is_some_and(|m| m.split_whitespace().all(|w| one_of(&FILE.aside.versions, w).is_some()))
}

/// Whether words say that an account is no more, or that its holder is dead.
pub fn says_gone(why: &str) -> bool {
    one_of(&FILE.aside.gone, &spaced(why)).is_some()
}
