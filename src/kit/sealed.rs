//! Bytes ↔ an age file that a passphrase opens. Without the feature `seal`, both ways say how to get a build that has them.

use super::{Largest, Refused};
use unicode_normalization::UnicodeNormalization as _;

/// Work of trying one passphrase, as a power of two: about a second and 256 MiB on a laptop.
pub const WORK: u8 = 18;
/// Characters of the shortest passphrase that seals.
pub const SHORTEST: usize = 12;
/// Whether this program can seal and open.
pub const BUILT: bool = cfg!(feature = "seal");

/// A passphrase. Nothing prints it.
pub struct Passphrase {
    #[cfg(feature = "seal")]
    text: age::secrecy::SecretString,
    length: usize,
}

impl Passphrase {
    /// As typed or read from a file: blanks around it do not count, and an accent is the same however it was written.
    pub fn new(text: &str) -> Self {
        let text: String = text.trim_start_matches('\u{feff}').trim().nfc().collect();
        Self {
            length: text.chars().count(),
            #[cfg(feature = "seal")]
            text: text.into(),
        }
    }

    /// Whether it is long enough to seal with.
    ///
    /// # Errors
    /// When it is not.
    pub const fn long_enough(&self) -> Result<(), Refused> {
        if self.length < SHORTEST { Err(Refused::Short) } else { Ok(()) }
    }
}

/// Seals bytes. `work` is [`WORK`], and less only in tests.
///
/// # Errors
/// When the passphrase is too short, or the program was built without encryption.
#[cfg(feature = "seal")]
pub fn seal(bytes: &[u8], passphrase: &Passphrase, work: u8) -> Result<Vec<u8>, Refused> {
    use std::io::Write as _;
    passphrase.long_enough()?;
    let mut recipient = age::scrypt::Recipient::new(passphrase.text.clone());
    recipient.set_work_factor(work);
    let mut sealed = Vec::with_capacity(bytes.len() + bytes.len() / 1024 + 512);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).map_err(|_| Refused::Damaged)?;
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|_| Refused::Damaged)?;
    writer.write_all(bytes).and_then(|()| writer.finish().map(|_| ())).map_err(|_| Refused::Damaged)?;
    Ok(sealed)
}

/// Opens what [`seal`] made, or any age file with a passphrase, within bounds on work and size.
///
/// # Errors
/// When it is something else, damaged, too large, too costly, or sealed with another passphrase.
#[cfg(feature = "seal")]
pub fn open(sealed: &[u8], passphrase: &Passphrase, largest: &Largest) -> Result<Vec<u8>, Refused> {
    use age::DecryptError as E;
    use std::io::Read as _;
    /// What every age file begins with, and how much of it tells it from anything else.
    const MARK: &[u8] = b"age-encryption.org/";
    if !sealed.starts_with(MARK) {
        // Of a file cut within its first words nobody can say more.
        return Err(if !sealed.is_empty() && MARK.starts_with(sealed) { Refused::Damaged } else { Refused::Foreign });
    }
    let told = |e: &E| match e {
        E::ExcessiveWork { .. } => Refused::Work,
        E::DecryptionFailed | E::KeyDecryptionFailed => Refused::Passphrase,
        E::UnknownFormat | E::NoMatchingKeys => Refused::Foreign,
        // What remains: a header that is not as written, and an end too early.
        _ => Refused::Damaged,
    };
    let decryptor = age::Decryptor::new_buffered(sealed).map_err(|e| told(&e))?;
    if !decryptor.is_scrypt() {
        return Err(Refused::Foreign);
    }
    let mut identity = age::scrypt::Identity::new(passphrase.text.clone());
    // Four times the work of ours: another program may have sealed the file again on a faster machine.
    identity.set_max_work_factor(WORK + 2);
    let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|e| told(&e))?;
    let mut bytes = Vec::new();
    reader.take(largest.packed + 1).read_to_end(&mut bytes).map_err(|_| Refused::Damaged)?;
    if bytes.len() as u64 > largest.packed { Err(Refused::Large(largest.packed >> 20)) } else { Ok(bytes) }
}

/// The same in a program built without encryption.
///
/// # Errors
/// Always.
#[cfg(not(feature = "seal"))]
pub fn seal(_: &[u8], passphrase: &Passphrase, _: u8) -> Result<Vec<u8>, Refused> {
    passphrase.long_enough()?;
    Err(Refused::NotBuilt)
}

/// The same in a program built without encryption.
///
/// # Errors
/// Always.
#[cfg(not(feature = "seal"))]
pub fn open(_: &[u8], _: &Passphrase, _: &Largest) -> Result<Vec<u8>, Refused> {
    Err(Refused::NotBuilt)
}

#[cfg(all(test, feature = "seal"))]
mod tests {
    use super::*;

    /// Least work: these tests are about what is accepted, not about how long it takes.
    const QUICK: u8 = 4;

    fn passphrase() -> Passphrase {
        Passphrase::new("quatre mots pris au hasard")
    }

    fn opened(sealed: &[u8]) -> Result<Vec<u8>, Refused> {
        open(sealed, &passphrase(), &Largest::default())
    }

    #[test]
    fn opens_what_it_sealed_and_tells_a_wrong_passphrase() {
        let sealed = seal(b"some pay", &passphrase(), QUICK).expect("it seals");
        assert_eq!(opened(&sealed), Ok(b"some pay".to_vec()));
        assert_eq!(open(&sealed, &Passphrase::new("quatre mots pris au Hasard"), &Largest::default()), Err(Refused::Passphrase));
        assert_ne!(sealed, seal(b"some pay", &passphrase(), QUICK).expect("it seals"));
    }

    #[test]
    fn blanks_around_and_the_way_an_accent_is_written_do_not_matter() {
        let sealed = seal(b"x", &Passphrase::new("\u{feff}quatre \u{e9}toiles filantes\r\n"), QUICK).expect("it seals");
        assert_eq!(open(&sealed, &Passphrase::new("quatre e\u{301}toiles filantes "), &Largest::default()), Ok(b"x".to_vec()));
    }

    #[test]
    fn a_short_passphrase_seals_nothing() {
        assert_eq!(seal(b"x", &Passphrase::new("onze lettre  "), QUICK), Err(Refused::Short));
        assert!(seal(b"x", &Passphrase::new("douze lettre"), QUICK).is_ok());
    }

    #[test]
    fn no_byte_can_be_changed_or_cut_off() {
        let sealed = seal(&[7; 70_000], &passphrase(), QUICK).expect("it seals");
        let step = sealed.len() / 300;
        for at in (0..sealed.len()).step_by(step).chain(0..250) {
            let mut other = sealed.clone();
            other[at] ^= 1;
            assert!(opened(&other).is_err(), "byte {at}");
            assert!(opened(&sealed[..at]).is_err(), "cut at {at}");
        }
        let mut longer = sealed;
        longer.push(0);
        assert_eq!(opened(&longer), Err(Refused::Damaged));
    }

    #[test]
    fn foreign_files_are_told() {
        assert_eq!(opened(b""), Err(Refused::Foreign));
        assert_eq!(opened(b"PK\x03\x04"), Err(Refused::Foreign));
        assert_eq!(opened(b"age-encryption.org/v2\n-> scrypt\n"), Err(Refused::Foreign));
        let key = age::x25519::Identity::generate().to_public();
        let mut sealed = Vec::new();
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&key as &dyn age::Recipient)).expect("a key");
        encryptor.wrap_output(&mut sealed).and_then(age::stream::StreamWriter::finish).expect("memory does not fail");
        assert_eq!(opened(&sealed), Err(Refused::Foreign));
    }

    #[test]
    fn asks_for_no_more_than_it_may() {
        // The work is written in the clear: `-> scrypt SALT 4`.
        let sealed = seal(b"x", &passphrase(), QUICK).expect("it seals");
        let text = String::from_utf8_lossy(&sealed[..80]).into_owned();
        let at = text.lines().take(2).map(|l| l.len() + 1).sum::<usize>() - 2;
        assert_eq!(sealed[at], b'4');
        let costly: Vec<u8> = [&sealed[..at], b"21", &sealed[at + 1..]].concat();
        assert_eq!(opened(&costly), Err(Refused::Work));
        let large = seal(&[0; 1 << 20], &passphrase(), QUICK).expect("it seals");
        assert_eq!(open(&large, &passphrase(), &Largest { packed: (1 << 20) - 1, ..Largest::default() }), Err(Refused::Large(0)));
    }
}

#[cfg(all(test, not(feature = "seal")))]
mod tests {
    use super::*;

    #[test]
    fn a_build_without_encryption_says_so() {
        let passphrase = Passphrase::new("quatre mots pris au hasard");
        assert_eq!(seal(b"x", &passphrase, WORK), Err(Refused::NotBuilt));
        assert_eq!(open(b"age-encryption.org/v1\n", &passphrase, &Largest::default()), Err(Refused::NotBuilt));
    }
}
