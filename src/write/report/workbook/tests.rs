use super::*;
use crate::write::report::sample;

/// Writes the report of the invented town into the folder named by `RELEVE_LOOK`, for people to look at.
#[test]
fn writes_the_sample_for_looking_at() {
    let Ok(dir) = std::env::var("RELEVE_LOOK") else { return };
    let bytes = workbook(&sample::town(), &Options::default()).expect("a workbook");
    std::fs::write(Path::new(&dir).join("diff.xlsx"), bytes).expect("a folder to write into");
}
