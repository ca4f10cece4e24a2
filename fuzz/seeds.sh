#!/bin/sh
# Fills fuzz/corpus/ from the samples and the tests' data. Run from the root of the repository.
set -eu
inbox=samples/montreval/inbox
seed() {
    into="fuzz/corpus/$1"
    mkdir -p "$into"
    shift
    cp "$@" "$into/"
}
# The parts of a packed file, each after its name: the target packs them again.
parts() {
    into="fuzz/corpus/$1"
    mkdir -p "$into"
    unzip -Z1 "$2" | grep -E "$3" | while read -r part; do
        printf '%s\n' "$part"
        unzip -p "$2" "$(printf %s "$part" | sed 's/[][]/\\&/g')"
        printf '\377'
    done | head -c -1 >"$into/$(basename "$2")"
}
# One short file: its name, then what it says.
say() {
    mkdir -p "fuzz/corpus/$1"
    printf "$3" >"fuzz/corpus/$1/$2"
}
seed text $inbox/*.csv
seed list $inbox/c*.csv
head -40 $inbox/livre-de-paie-2021-11.csv >fuzz/corpus/list/livre.csv
say list heures.csv 'Heures supplémentaires de décembre\nAgent;Date;HS 25 %%;Motif;Remarque\nLEBRUN Anne;03/12/2021;6 h 30;élections;idem novembre\nMARTIN Paul;du 3 au 5/12;2,5;;à compter du 15/12\n'
say list croix.csv 'Matricule;Nom;1;2;3;4;5\n00102;LEBRUN;X;;CM;CM;\n00103;MARTIN;;8;8;;\nTotal;;1;8;8;;\n'
seed xlsx $inbox/*.xlsx
parts xlsx_parts $inbox/mouvements-decembre.xlsx 'workbook|sheet|styles|^_rels|Content'
seed ods $inbox/*.ods
parts ods_parts $inbox/heures-sup-decembre.ods 'content|styles|mimetype|manifest'
seed xls $inbox/*.xls
say xml2003 heures.xml '<Workbook xmlns:ss="u"><Styles><Style ss:ID="s1"><Font ss:StrikeThrough="1"/></Style></Styles><Worksheet ss:Name="A"><Table><Row><Cell ss:MergeAcross="1" ss:MergeDown="2"><Data ss:Type="String">a &amp; b</Data></Cell></Row><Row ss:Index="4" ss:Span="3" ss:Hidden="1"><Cell ss:Index="2" ss:StyleID="s1"><Data ss:Type="Number">6.5</Data></Cell><Cell><Data ss:Type="DateTime">2021-12-03T00:00:00.000</Data><Comment><ss:Data>vu</ss:Data></Comment></Cell><Cell ss:Formula="=1"/></Row></Table><WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet></Workbook>'
say page heures.html '<head><style>.x1 {text-decoration: line-through}</style></head><body><h1>Heures &eacute;t&#233;</h1><TABLE border=1><tr><td rowspan=2>Matricule<td colspan="2">A &amp; B</tr><tr><th>c<br>d<th>e</tr><tr style="display: none"><td>1</td><td class=x1>2</td><td><s>3</s></td></tr></table>Total'
say office heures.docx 'word/document.xml\n<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Heures</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>Matricule</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>00102</w:t><w:tab/></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl></w:body></w:document>\377word/header1.xml\n<w:hdr><w:p><w:r><w:t>Mairie</w:t></w:r></w:p></w:hdr>'
say office heures.odt 'mimetype\napplication/vnd.oasis.opendocument.text\377content.xml\n<office:document-content><style:style style:name="T1"><style:text-properties style:text-line-through-style="solid"/></style:style><office:text><text:h>Heures</text:h><table:table><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>Matricule <text:span text:style-name="T1">1</text:span></text:p></table:table-cell><table:covered-table-cell/></table:table-row></table:table></office:text></office:document-content>'
say mail simple.eml 'From: a@b.invalid\r\nSubject: =?UTF-8?Q?HS_d=C3=A9cembre?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCh=E9rie : 6=\r\n h\r\n'
say mail pieces.eml 'Received: x\nFrom: a\nSubject: s\nContent-Type: multipart/mixed;\n boundary="b"\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\nci-joint\n--c\nContent-Type: text/html\n\n<table><tr><td>1</table>\n--c--\n--b\nContent-Type: message/rfc822\n\nFrom: c\nSubject: d\nDate: e\n\nf\n--b\nContent-Type: text/csv; name="HS.csv"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename*=UTF-8'"''"'HS%%20ao%%C3%%BBt.csv\n\nYTti\n--b--\n'
seed pain001 tests/data/sepa/examples/pain.001*.xml $inbox/virements-2021-11.xml
seed pain002 tests/data/sepa/examples/pain.002*.xml
seed xhl tests/data/xhl/synthetique-*
seed dsn tests/data/dsn/*.dsn
seed archive $inbox/*.xlsx
# Without a kit of your own, workbooks are archives too.
seed kit $inbox/*.xlsx
mkdir -p fuzz/corpus/settings
for job in samples/*/releve.toml; do
    cp "$job" "fuzz/corpus/settings/$(basename "$(dirname "$job")").toml"
done
seed rules tests/findings/base/*.toml
cp tests/data/every-key/pack.toml fuzz/corpus/rules/every-key.toml
