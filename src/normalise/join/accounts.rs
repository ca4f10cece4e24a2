//! Last month's transfers and requests for another account.

use super::Joiner;
use super::person::LastTransfer;
use crate::facts::Role;
use crate::ground::ids::bare;
use crate::ground::{At, EmployeeId, Finding, Iban, Money, Severity};
use crate::normalise::gather::AccountChange;
use crate::normalise::people::may_be_same;
use crate::normalise::text::name_key;
use crate::normalise::trust::Teller;
use std::collections::{BTreeMap, BTreeSet};

/// One transfer of last month, as its reader gives it.
#[derive(Clone, Debug)]
pub struct TransferRow {
    pub end_to_end: String,
    /// The employer's own reference in a transfer file: nothing but an answer of the bank speaks of it.
    pub instruction: String,
    pub name: String,
    pub iban: Option<Iban>,
    pub amount: Money,
    pub at: At,
}

impl Joiner<'_> {
    pub(super) fn request(&mut self, a: AccountChange) {
        if let Some(p) = self.person(&a.employee.clone(), a.at, "IBAN") {
            p.requests.push(a);
        }
    }

    /// Whatever says most of whose it is first: the number of the reference, the account, the name and the net; the number alone
    /// says nothing against another name. Then the surname, where one transfer and one net are of that amount.
    pub(super) fn transfers(&mut self, rows: Vec<TransferRow>) {
        let mut claims = self.claims(&rows);
        // Before its file's order: a transfer with somebody's number and another's name stands before his own in some files.
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|i| std::cmp::Reverse(claims[*i].first().map(|c| c.says)));
        let mut rows: Vec<Option<TransferRow>> = rows.into_iter().map(Some).collect();
        let mut taken: BTreeSet<EmployeeId> = BTreeSet::new();
        let mut more: BTreeMap<EmployeeId, Vec<TransferRow>> = BTreeMap::new();
        let mut several: BTreeMap<Vec<EmployeeId>, Vec<TransferRow>> = BTreeMap::new();
        for i in order {
            let (Some(row), claims) = (rows[i].take(), std::mem::take(&mut claims[i])) else { continue };
            let free = |c: &Claim| c.ids.iter().filter(|id| !taken.contains(id)).cloned().collect::<Vec<_>>();
            // What says less does not take its place when the one it most likely pays has his transfer.
            let best = claims.first().map_or(0, |c| c.says);
            let Some(free) = claims.iter().filter(|c| c.says == best).map(free).find(|ids| !ids.is_empty()) else {
                // Somebody who has a transfer already.
                match claims.into_iter().find_map(|c| <[EmployeeId; 1]>::try_from(c.ids).ok()) {
                    Some([id]) => more.entry(id).or_default().push(row),
                    None => self.out.orphan_transfers.push(row),
                }
                continue;
            };
            taken.extend(free.iter().filter(|_| free.len() == 1).cloned());
            match free.as_slice() {
                [one] => self.sent(one, row.amount, None, &row),
                _ => several.entry(free).or_default().push(row),
            }
        }
        for (posts, rows) in several {
            self.by_post(posts, rows);
        }
        self.parts(more);
        self.out.orphan_transfers.sort_by_key(|r| r.at);
    }

    /// Two files that disagree about an account hold nobody whose last net went to one of the two.
    fn settled(&self, id: &EmployeeId) -> Option<String> {
        let p = self.out.people.get(id)?;
        let sent = p.transfer.as_ref().filter(|_| !self.trust.old_transfers);
        let sent = sent.filter(|t| p.is_paid_by(t) && self.trust.of.get(&t.at.source) != Some(&Teller::Statement))?;
        let iban = self.vocabulary.role(Role::Iban)?;
        let written = p.known.iter().chain(&p.alternatives).filter(|f| f.id == iban);
        let mut accounts = written.filter_map(|f| Iban::parse(f.value.text()?).ok());
        accounts.any(|i| sent.iban.as_ref() == Some(&i)).then(|| sent.iban.as_ref().map(Iban::masked)).flatten()
    }

    pub(super) fn proven_accounts(&mut self) {
        let Some(label) = self.vocabulary.role(Role::Iban).map(|f| self.vocabulary.get(f).label.fr.clone()) else { return };
        let of_accounts = |f: &Finding| f.code == "IMP-04" && f.args.iter().any(|a| a.0 == "fact" && a.1 == label);
        let of = |(i, f): (usize, &Finding)| Some((i, self.settled(f.employee.as_ref().filter(|_| of_accounts(f))?)?));
        let found: Vec<(usize, String)> = self.out.findings.iter().enumerate().filter_map(of).collect();
        for (i, account) in found {
            let f = std::mem::replace(&mut self.out.findings[i], Finding::new("IMP-04", Severity::Justify));
            self.out.findings[i] = Finding { severity: Severity::Justify, ..f }.told("M382").arg("account", account);
        }
    }

    /// Whose each transfer may be, the surest first.
    fn claims(&self, rows: &[TransferRow]) -> Vec<Vec<Claim>> {
        let mut by_bare: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
        let mut by_iban: BTreeMap<String, Vec<EmployeeId>> = BTreeMap::new();
        let mut by_pay: BTreeMap<(String, Money), Vec<EmployeeId>> = BTreeMap::new();
        let mut by_net: BTreeMap<Money, Vec<EmployeeId>> = BTreeMap::new();
        let iban = self.vocabulary.role(Role::Iban);
        for (id, p) in &self.out.people {
            by_bare.entry(bare(id.as_str()).to_owned()).or_default().push(id.clone());
            if let Some(Ok(i)) = iban.and_then(|f| p.known.get(f)).and_then(|f| f.value.text()).map(Iban::parse) {
                by_iban.entry(i.as_str().to_owned()).or_default().push(id.clone());
            }
            if let Some((net, _)) = p.paid.as_ref().and_then(|s| s.net_paid) {
                let (surname, given) = self.written(p);
                by_pay.entry((name_key(surname, given), net)).or_default().push(id.clone());
                by_net.entry(net).or_default().push(id.clone());
            }
        }
        let mut amounts: BTreeMap<Money, u32> = BTreeMap::new();
        rows.iter().for_each(|r| *amounts.entry(r.amount).or_default() += 1);
        let named = self.are_named(rows);
        let place = Place::of_numbers(rows, &by_bare, named || !by_net.is_empty(), &|id, row| self.fits(id, row));
        let one = |row: &TransferRow| {
            let number = place.and_then(|p| p.word(&row.end_to_end));
            let by_reference = number.and_then(|n| by_bare.get(bare(n))).filter(|v| is_one(v));
            let by_account = row.iban.as_ref().and_then(|i| by_iban.get(i.as_str())).filter(|v| is_one(v));
            let by_name = by_pay.get(&(name_key(&row.name, ""), row.amount)).filter(|v| v.len() == 1);
            let once = amounts.get(&row.amount) == Some(&1);
            let by_sum = by_net.get(&row.amount).filter(|ids| once && ids.len() == 1 && self.names_family(&ids[0], &row.name));
            let says = |ids: &Vec<EmployeeId>| {
                let own = [by_reference, by_account].iter().filter(|o| *o == &Some(ids)).count();
                let agrees = |fits: &dyn Fn(&EmployeeId) -> bool| usize::from(ids.iter().any(fits));
                own + agrees(&|id| self.is_named(id, row)) + agrees(&|id| self.was_due(id, row))
            };
            // Of a number alone, where most references hold one, against nobody's name and nobody else's net.
            let due_to = by_net.get(&row.amount).filter(|ids| once && ids.len() == 1);
            let anothers = due_to.is_some_and(|ids| by_reference.is_some_and(|own| !own.contains(&ids[0])));
            let unnamed = !named || row.name.is_empty();
            let alone = by_account.is_none() && by_name.is_none() && place.is_some_and(|p| p.of_most) && unnamed && !anothers;
            let mut found: Vec<Claim> = Vec::new();
            for (ids, enough) in [(by_reference, alone), (by_account, true), (by_name, true), (by_sum, true)] {
                if let Some(ids) = ids.filter(|ids| found.iter().all(|c| c.ids != **ids)) {
                    let says = says(ids);
                    found.extend((enough || says > 1).then(|| Claim { says, ids: ids.clone() }));
                }
            }
            found.sort_by_key(|c| std::cmp::Reverse(c.says));
            found
        };
        rows.iter().map(one).collect()
    }

    /// Surname and given name as the files write them.
    fn written<'p>(&self, p: &'p super::Person) -> (&'p str, &'p str) {
        let text = |r: Role| p.text(self.vocabulary, r);
        (text(Role::Surname).unwrap_or(&p.names.0), text(Role::GivenName).unwrap_or(&p.names.1))
    }

    /// Whether transfers name anybody as the other sources do.
    fn are_named(&self, rows: &[TransferRow]) -> bool {
        let text = |p: &super::Person, r: Role| p.text(self.vocabulary, r).map(str::to_owned);
        let roles = [Role::Surname, Role::MarriedName, Role::FullName];
        let names = |p: &super::Person| roles.into_iter().filter_map(|r| text(p, r)).chain([p.names.0.clone()]).collect::<Vec<_>>();
        let keys = self.out.people.values().flat_map(|p| names(p)).map(|n| name_key(&n, ""));
        let known: BTreeSet<String> = keys.flat_map(|k| k.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
        let says = |w: &str| w.len() >= 3 && known.contains(w);
        rows.iter().take(REFERENCES).any(|r| name_key(&r.name, "").split(' ').any(says))
    }

    /// Whether the surname stands in the name of an account that two people share: « M OU MME C BARBEAU ».
    fn names_family(&self, id: &EmployeeId, holder: &str) -> bool {
        let Some(p) = self.out.people.get(id) else { return false };
        let holder = name_key(holder, "");
        let words: BTreeSet<&str> = holder.split(' ').collect();
        let surnames =
            [p.text(self.vocabulary, Role::Surname).unwrap_or(&p.names.0), p.text(self.vocabulary, Role::MarriedName).unwrap_or_default()];
        surnames.into_iter().map(|n| name_key(n, "")).any(|n| !n.is_empty() && n.split(' ').all(|w| words.contains(w)))
    }

    /// Whether a transfer names this employee, or is of the net paid to him.
    fn fits(&self, id: &EmployeeId, row: &TransferRow) -> bool {
        self.is_named(id, row) || self.was_due(id, row)
    }

    /// Whether a transfer names this employee: by more than a given name, which many have. One that names nobody does not.
    fn is_named(&self, id: &EmployeeId, row: &TransferRow) -> bool {
        !row.name.trim().is_empty()
            && self.out.people.get(id).is_some_and(|p| {
                let (surname, given) = self.written(p);
                let text = |r: Role| p.text(self.vocabulary, r);
                let mut of = [Some(surname), text(Role::MarriedName)].into_iter().flatten().filter(|n| !n.is_empty());
                let whole = text(Role::FullName).filter(|n| !n.is_empty());
                let names = of.any(|n| may_be_same((n, given), (&row.name, "")) && shares_a_word(n, &row.name));
                names || whole.is_some_and(|n| may_be_same((n, given), (&row.name, "")) && shares_more_than_one(n, &row.name))
            })
    }

    /// Whether a transfer is of the net paid to this employee.
    fn was_due(&self, id: &EmployeeId, row: &TransferRow) -> bool {
        let paid = self.out.people.get(id).and_then(|p| p.paid.as_ref()?.net_paid);
        paid.is_some_and(|(net, _)| net == row.amount)
    }

    /// Notes what a transfer paid of a post.
    fn sent(&mut self, id: &EmployeeId, amount: Money, of_all: Option<(Money, Money)>, row: &TransferRow) {
        if let Some(p) = self.out.people.get_mut(id) {
            p.transfer = Some(LastTransfer { iban: row.iban.clone(), name: row.name.clone(), amount, at: row.at, of_all });
        }
    }

    /// What the transfers of an employee paid of each post: one that is a post's net is that post's; the others together are the
    /// nets of the posts that are left, or more or less than them, which stands with the first.
    fn by_post(&mut self, mut posts: Vec<EmployeeId>, rows: Vec<TransferRow>) {
        let net = |people: &super::People, id: &EmployeeId| people.get(id).and_then(|p| p.paid.as_ref()?.net_paid).map(|n| n.0);
        let mut left: Vec<TransferRow> = Vec::new();
        for row in rows {
            match posts.iter().position(|id| net(&self.out.people, id) == Some(row.amount)) {
                Some(i) => self.sent(&posts.remove(i), row.amount, None, &row),
                None => left.push(row),
            }
        }
        let Some(row) = left.first().filter(|_| !posts.is_empty()) else {
            self.out.orphan_transfers.append(&mut left);
            return;
        };
        let total: Money = left.iter().map(|r| r.amount).sum();
        let nets: Vec<Money> = posts.iter().map(|id| net(&self.out.people, id).unwrap_or_default()).collect();
        let due: Money = nets.iter().copied().sum();
        let of_all = (due != total && posts.len() > 1).then_some((total, due));
        for (i, (id, net)) in posts.iter().zip(nets).enumerate() {
            let (amount, of_all) = if i == 0 { (net + total - due, of_all) } else { (net, None) };
            self.sent(id, amount, of_all, row);
        }
    }
}

/// Whose a transfer may be.
struct Claim {
    ids: Vec<EmployeeId>,
    /// Of number, account, name and net, how many say so.
    says: usize,
}

/// Whether a word of a surname, or its beginning, stands in a name; « LE », « DES » before another word do not count.
fn shares_a_word(surname: &str, name: &str) -> bool {
    let (own, other) = (name_key(surname, ""), name_key(name, ""));
    let long = |w: &&str| w.len() >= 3;
    let own: Vec<&str> = if own.split(' ').any(|w| long(&w)) { own.split(' ').filter(long).collect() } else { own.split(' ').collect() };
    let begins = |w: &str, o: &str| o == w || w.len().min(o.len()) >= 3 && (o.starts_with(w) || w.starts_with(o));
    other.is_empty() || own.iter().any(|w| other.split(' ').any(|o| begins(w, o)))
}

/// Whether two whole names share two words, or one beside nothing but initials: a given name is shared by many.
fn shares_more_than_one(a: &str, b: &str) -> bool {
    let (a, b) = (name_key(a, ""), name_key(b, ""));
    let words = |t: &str| t.split(' ').filter(|w| w.len() >= 3).map(str::to_owned).collect::<BTreeSet<_>>();
    let (a, b) = (words(&a), words(&b));
    let common = a.intersection(&b).count();
    common >= 2 || common == a.len().min(b.len())
}

/// Where references hold the number of whoever is paid: « PAIE-00156-11 » and « PAIE-00225-11 » in their second word, though
/// somebody may have the number 11.
#[derive(Clone, Copy)]
struct Place {
    from_end: bool,
    index: usize,
    /// Most references hold somebody's number there.
    of_most: bool,
}

/// References looked at for the place of their numbers.
const REFERENCES: usize = 200;

impl Place {
    /// The place where references hold the numbers of most different people, of those above all whom the transfers fit; where
    /// neither names nor nets can tell (`tells`), the numbers alone say it.
    fn of_numbers(
        rows: &[TransferRow],
        known: &BTreeMap<String, Vec<EmployeeId>>,
        tells: bool,
        fits: &dyn Fn(&EmployeeId, &TransferRow) -> bool,
    ) -> Option<Self> {
        let rows = &rows[..rows.len().min(REFERENCES)];
        let longest = rows.iter().map(|r| words(&r.end_to_end).count()).max()?;
        let people = |p: Self| {
            let found: Vec<(&EmployeeId, &TransferRow)> =
                rows.iter().filter_map(|r| Some((known.get(bare(p.word(&r.end_to_end)?)).filter(|v| is_one(v))?.first()?, r))).collect();
            let fitting: BTreeSet<&EmployeeId> = found.iter().filter(|(id, r)| fits(id, r)).map(|f| f.0).collect();
            let all: BTreeSet<&EmployeeId> = found.iter().map(|f| f.0).collect();
            (fitting.len(), all.len())
        };
        let each = (0..longest).flat_map(|index| [true, false].map(|from_end| Self { from_end, index, of_most: false }));
        let (best, (fitting, all)) = each.map(|p| (p, people(p))).reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        (all > 0).then_some(Self { of_most: if tells { fitting } else { all } * 2 > rows.len(), ..best })
    }

    fn word(self, reference: &str) -> Option<&str> {
        if self.from_end { words(reference).rev().nth(self.index) } else { words(reference).nth(self.index) }
    }
}

fn words(reference: &str) -> impl DoubleEndedIterator<Item = &str> {
    reference.split(|c: char| !c.is_ascii_alphanumeric()).filter(|t| !t.is_empty())
}

/// One employee, in one post or in several.
fn is_one(ids: &[EmployeeId]) -> bool {
    ids.first().is_some_and(|first| ids.iter().all(|id| id.as_str() == first.as_str()))
}
