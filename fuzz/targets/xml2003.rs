//! Any bytes, read as a workbook in the XML of Excel 2003.
#![no_main]

mod shared;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    shared::tables([b"<!--urn:schemas-microsoft-com:office:spreadsheet-->\n", bytes].concat(), "file.xls");
});
