use super::*;
use crate::write::report::sample;

/// Writes the report of the invented town into the folder named by `RELEVE_LOOK`, for people to look at.
#[test]
fn writes_the_sample_for_looking_at() {
    let Ok(dir) = std::env::var("RELEVE_LOOK") else { return };
    let path = std::path::Path::new(&dir);
    std::fs::write(path.join("diff.html"), page(&sample::town())).expect("a folder to write into");
}

#[test]
fn names_and_reasons_are_escaped() {
    let mut report = sample::town();
    "<script>alert(1)</script>".clone_into(&mut report.agents[12].name);
    "\"><img src=x>".clone_into(&mut report.agents[12].service);
    "Ville & <b>Cie</b>".clone_into(&mut report.employer);
    let text = page(&report);
    assert!(!text.contains("<script>alert"));
    assert!(!text.contains("<img"));
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(text.contains("Ville &amp; &lt;b&gt;Cie&lt;/b&gt;"));
}

#[test]
fn the_same_report_gives_the_same_page() {
    assert_eq!(page(&sample::town()), page(&sample::town()));
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    let text = page(&sample::town());
    for word in ["src=", "@import", "<link", "http://", "https://"] {
        let found = text.matches(word).count() - if word == "http://" { text.matches("http://www.w3.org/2000/svg").count() } else { 0 };
        assert_eq!(found, 0, "{word}");
    }
}

#[test]
fn every_link_within_the_page_has_its_target() {
    let text = page(&sample::town());
    for rest in text.split("href=\"#").skip(1) {
        let target = rest.split('"').next().unwrap_or_default();
        assert!(text.contains(&format!("id=\"{target}\"")), "#{target}");
    }
}

#[test]
fn an_amount_that_no_cause_explains_is_shown_at_the_top() {
    let mut report = sample::town();
    report.changes.retain(|c| c.cause != 2);
    let text = page(&report);
    assert!(text.contains("class=\"alarm\""));
    assert!(text.contains("dont inexpliqué"));
    assert!(!page(&sample::town()).contains("class=\"alarm\""));
}

#[test]
fn a_large_report_details_the_largest_changes_and_says_so() {
    let mut report = sample::town();
    let agent = report.agents[0].clone();
    report.agents.extend((0..2_000).map(|_| agent.clone()));
    let text = page(&report);
    assert!(text.contains("dont le net change le plus"));
    assert_eq!(text.matches("<details class=\"agent\"").count(), 500);
}

#[test]
fn a_month_without_a_change_has_no_largest_one() {
    let section = |text: &str| text.split("id=\"largest\"").nth(1).expect("the section").split("</section>").next().map(str::to_owned);
    let mut report = sample::town();
    let largest = |r: &Report| section(&page(r)).expect("its end");
    assert!(largest(&report).contains("<table") && !largest(&report).contains("Néant"));
    report.agents.iter_mut().for_each(|a| a.before = a.after);
    assert!(!largest(&report).contains("<table") && largest(&report).contains("Néant"));
}

#[test]
fn english_pages_are_english() {
    let mut report = sample::town();
    report.lang = Lang::En;
    let text = page(&report);
    assert!(text.contains("lang=\"en\""));
    assert!(text.contains("Pay of December 2021, compared with November 2021"));
    assert!(!text.contains("Écart"));
}

#[test]
fn base64_agrees_with_the_examples_of_rfc_4648() {
    for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
        assert_eq!(base64(plain.as_bytes()), coded);
    }
}
