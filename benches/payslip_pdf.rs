//! Payslips per second on one core: a file each, and all in one for the printer.

#[path = "../tests/payslip_pdf/people.rs"]
#[allow(dead_code, reason = "the tests use all the samples, the measure two of them")]
mod people;

use divan::counter::ItemsCount;
use releve::ground::Lang;
use releve::write::payslip::{Book, Fonts, Purpose, one, try_out};

fn main() {
    divan::main();
}

#[divan::bench]
fn one_file_each(bencher: divan::Bencher<'_, '_>) {
    let (fonts, slip) = (Fonts::load(), people::titulaire());
    bencher.counter(ItemsCount::new(1_u32)).bench(|| one(&slip, &fonts).expect("a good slip"));
}

/// Checks and layout alone: what is left when PDF costs nothing.
#[divan::bench]
fn layout_only(bencher: divan::Bencher<'_, '_>) {
    let (fonts, slip) = (Fonts::load(), people::titulaire());
    bencher.counter(ItemsCount::new(1_u32)).bench(|| try_out(&slip, &fonts).expect("a good slip"));
}

#[divan::bench(args = [Purpose::Printing, Purpose::Reading], sample_count = 5)]
fn hundred_in_one(bencher: divan::Bencher<'_, '_>, purpose: Purpose) {
    let (fonts, slip) = (Fonts::load(), people::titulaire());
    bencher.counter(ItemsCount::new(100_u32)).bench(|| {
        let mut book = Book::new(&fonts, purpose, "Bulletins", "id", "Montreval", people::day(2021, 12, 20), Lang::Fr);
        (0..100).for_each(|_| book.add(&slip).expect("a good slip"));
        book.finish().expect("a good book")
    });
}
