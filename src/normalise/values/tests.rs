//! Values as people write them, and what is none.

use super::*;
use crate::ground::Exact;
use chrono::NaiveDate;

fn exact(t: &str) -> Exact {
    Exact::parse(t).expect("a number")
}

// Written forms as they stand in French exports and in those of programs set to English.
#[test]
fn reads_amounts_however_they_are_written() {
    for (text, mark, want) in [
        ("1 234,56", Mark::Unknown, "1234.56"),
        ("1\u{a0}234,56", Mark::Comma, "1234.56"),
        ("1\u{202f}234\u{202f}567,8", Mark::Comma, "1234567.8"),
        ("1.234,56", Mark::Unknown, "1234.56"),
        ("1,234.56", Mark::Unknown, "1234.56"),
        ("1234.5", Mark::Unknown, "1234.5"),
        ("12,00-", Mark::Unknown, "-12"),
        ("(12,00)", Mark::Unknown, "-12"),
        ("\u{2212}3,10 €", Mark::Unknown, "-3.1"),
        ("-€ 11,14", Mark::Unknown, "-11.14"),
        ("€ 11,14-", Mark::Unknown, "-11.14"),
        ("1.234", Mark::Comma, "1234"),
        ("1.234", Mark::Dot, "1.234"),
        ("1.234.567", Mark::Unknown, "1234567"),
        ("0,0210", Mark::Unknown, "0.021"),
        ("-0.5", Mark::Dot, "-0.5"),
    ] {
        assert_eq!(amount(text, mark), Ok(Some(exact(want))), "{text}");
    }
    assert_eq!(amount(" - ", Mark::Unknown), Ok(None));
}

#[test]
fn refuses_what_is_no_amount() {
    for text in ["1 234,5O", "12a", "1 23,4", "12 34", "1,2,3", "--5", "néant", "1 234.56,7", "1234 567"] {
        assert_eq!(amount(text, Mark::Unknown), Err(Unread("N01")), "{text}");
    }
    assert_eq!(amount("1.234", Mark::Unknown), Err(Unread("N11")));
}

#[test]
fn reads_shares_of_working_time() {
    for (text, share, reduced) in [
        ("80 %", "0.8", None),
        ("0,8", "0.8", None),
        ("80", "0.8", None),
        ("1", "1", None),
        ("4/5", "0.8", None),
        ("TC", "1", Some(false)),
        ("TNC 17,5/35", "0.5", Some(true)),
        ("TP 80%", "0.8", Some(false)),
        ("28/35", "0.8", Some(true)),
        ("TNC 28h", "0.8", Some(true)),
        ("28 h", "0.8", Some(true)),
        ("Temps partiel 90%", "0.9", Some(false)),
        ("TNC 20h00", "4/7", Some(true)),
        ("TNC 17h30", "0.5", Some(true)),
        ("Temps non complet 20h00 hebdo", "4/7", Some(true)),
        ("TP 80", "0.8", Some(false)),
        ("35h00", "1", Some(false)),
        ("28h00", "0.8", Some(true)),
        ("28 heures", "0.8", Some(true)),
        ("28h/sem", "0.8", Some(true)),
        ("17h30/35h", "0.5", Some(true)),
        ("17:30", "0.5", Some(true)),
        ("35:00", "1", Some(false)),
        ("28/35e", "0.8", Some(true)),
        ("TNC 28/35èmes", "0.8", Some(true)),
        ("20/35 TNC", "4/7", Some(true)),
        ("80% TP", "0.8", Some(false)),
        ("temps partiel à 80 %", "0.8", Some(false)),
        ("Temps partiel de droit 90%", "0.9", Some(false)),
        ("mi-temps", "0.5", Some(false)),
        // 20, 24, 28.75, 30 and 32 hours of 35 as a percent; what is exact as it stands is part time or says nothing.
        ("57,1429%", "4/7", Some(true)),
        ("68,57 %", "24/35", Some(true)),
        ("0,571429", "4/7", Some(true)),
        ("0.5714285714285714", "4/7", Some(true)),
        ("57.1429", "4/7", Some(true)),
        ("82,142857 %", "23/28", Some(true)),
        ("62,5 %", "0.625", None),
        ("82,50 %", "0.825", None),
        ("35h00 à 80%", "0.8", Some(false)),
        ("35 (80%)", "0.8", Some(false)),
        ("35h à 90 %", "0.9", Some(false)),
        ("Temps complet", "1", Some(false)),
        ("80% (28h)", "0.8", Some(true)),
        ("28h00 (80 %)", "0.8", Some(true)),
        ("TP 80 % (28h)", "0.8", Some(false)),
        ("80 % soit 28h", "0.8", Some(true)),
        ("57,14 % (20h)", "4/7", Some(true)),
        ("90% - 31h30", "0.9", Some(true)),
        ("100% (35h)", "1", Some(false)),
        ("17h30/35h", "0.5", Some(true)),
    ] {
        let got = working_time(text, false, Mark::Unknown).ok().flatten();
        assert_eq!(got.map(|w| (w.share, w.reduced_post)), Some((exact(share), reduced)), "{text}");
    }
    assert_eq!(working_time("17,5", true, Mark::Unknown).ok().flatten().map(|w| w.share), Some(exact("0.5")));
    let presumed = |t: &str| working_time(t, false, Mark::Unknown).ok().flatten().is_some_and(|w| w.presumed);
    assert!(presumed("28:00") && presumed("17h30"), "part time of a full post has such hours too");
    assert!(presumed("28h/35h") && presumed("28/35") && presumed("80% (28h)") && !presumed("28/35e") && !presumed("20/35"));
    assert!(!presumed("TP 80% (28h)") && !presumed("57,14% (20h)"));
    assert_eq!(working_time("80% (30h)", false, Mark::Unknown), Err(Unread("N02")), "of another week than that of 35 hours");
    assert!(!presumed("20:00") && !presumed("TNC 28h") && !presumed("35h"));
    assert!(presumed("85,7143%") && presumed("0.914286") && !presumed("57,1429%") && !presumed("TNC 85,71 %"));
    assert_eq!(working_time("28h00 à 80%", false, Mark::Unknown), Err(Unread("N02")), "neither a full post nor a share of one");
    assert_eq!(working_time("TP", false, Mark::Unknown), Err(Unread("N02")));
    assert_eq!(working_time("0,01", false, Mark::Unknown), Err(Unread("N10")));
}

#[test]
fn reads_dates_and_never_exchanges_day_and_month() {
    let latest = NaiveDate::from_ymd_opt(2031, 12, 31).expect("a date");
    for text in [
        "01/12/2021",
        "1/12/21",
        "01.12.2021",
        "2021-12-01",
        "1er décembre 2021",
        "01-déc-21",
        "44531",
        "2021-12-01 00:00:00",
        "20211201",
        "mercredi 1 décembre 2021",
        "mer. 01/12/2021",
        "à compter du 01/12/2021",
    ] {
        assert_eq!(date(text, latest), Ok(NaiveDate::from_ymd_opt(2021, 12, 1)), "{text}");
    }
    assert_eq!(date("14/05/82", latest), Ok(NaiveDate::from_ymd_opt(1982, 5, 14)));
    for text in ["12/31/2021", "31/02/2021", "bientôt", "12/2021", "00/00/0000"] {
        assert_eq!(date(text, latest), Err(Unread("N03")), "{text}");
    }
}

#[test]
fn a_day_without_year_is_the_nearest_to_the_month_paid() {
    let latest = NaiveDate::from_ymd_opt(2031, 12, 29).expect("a date");
    let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
    for (text, want) in [
        ("6/12", day(2021, 12, 6)),
        ("06.12", day(2021, 12, 6)),
        ("1er déc.", day(2021, 12, 1)),
        ("3 janv.", day(2022, 1, 3)),
        ("15/11", day(2021, 11, 15)),
        ("le 06/12", day(2021, 12, 6)),
        ("28/35", None),
        ("12/2021", None),
        ("80 %", None),
    ] {
        assert_eq!(day_of_year(text, latest), want, "{text}");
    }
}

#[test]
fn reads_days_in_words() {
    for (text, want) in [
        ("1 journée", "1"),
        ("journée", "1"),
        ("2 jours", "2"),
        ("1/2 journée", "0.5"),
        ("demi-journée", "0.5"),
        ("0,5 j", "0.5"),
        ("1,5", "1.5"),
        ("matin", "0.5"),
    ] {
        assert_eq!(days(text, Mark::Unknown), Ok(Some(exact(want))), "{text}");
    }
    for text in ["2h", "1 journée et demie", "ajour"] {
        assert_eq!(days(text, Mark::Unknown), Err(Unread("N01")), "{text}");
    }
}

#[test]
fn reads_hours_with_minutes() {
    assert_eq!(hours("8h30", Mark::Unknown), Ok(Some(exact("8.5"))));
    assert_eq!(hours("8,5", Mark::Unknown), Ok(Some(exact("8.5"))));
    for (text, want) in
        [("6 h 30", "6.5"), ("6,5h", "6.5"), ("3 heures", "3"), ("2 h 15 min", "2.25"), ("45 min", "0.75"), ("6,5 heures", "6.5")]
    {
        assert_eq!(hours(text, Mark::Unknown), Ok(Some(exact(want))), "{text}");
    }
    assert_eq!(hours("8h75", Mark::Unknown), Err(Unread("N01")));
}
