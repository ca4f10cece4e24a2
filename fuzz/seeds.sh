#!/bin/sh
# Fills fuzz/corpus/ from the samples and the tests' data. Run from the root of the repository.
set -eu
seed() {
    mkdir -p "fuzz/corpus/$1"
    shift_to="fuzz/corpus/$1"
    shift
    cp "$@" "$shift_to/"
}
seed text samples/montreval/inbox/*.csv
seed xlsx samples/montreval/inbox/*.xlsx
seed ods samples/montreval/inbox/*.ods
seed xls samples/montreval/inbox/*.xls
seed pain001 tests/data/sepa/examples/pain.001*.xml samples/montreval/inbox/virements-2021-11.xml
seed pain002 tests/data/sepa/examples/pain.002*.xml
seed xhl tests/data/xhl/synthetique-*
seed dsn tests/data/dsn/*.dsn
seed archive samples/montreval/inbox/*.xlsx
# Without a kit of your own, workbooks are archives too.
seed kit samples/montreval/inbox/*.xlsx
