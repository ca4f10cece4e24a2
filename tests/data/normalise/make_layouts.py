"""Writes Montreval's November once more as three other programs would export it (see README.md). Run once: python3 make_layouts.py"""
import csv, os
import openpyxl
from openpyxl.packaging.core import DocumentProperties
from decimal import Decimal as D
import datetime

here = os.path.dirname(os.path.abspath(__file__))
out = os.path.join(here, 'layouts')
os.makedirs(out, exist_ok=True)
rows = list(csv.reader(open(os.path.join(here, '../../../samples/montreval/inbox/livre-de-paie-2021-11.csv'), encoding='cp1252'), delimiter=';'))
num = lambda t: D(t.replace('\u00a0', '').replace(' ', '').replace(',', '.')) if t.strip() else None
agents, seen = {}, set()
for r in rows[4:]:
    if not r[0] or tuple(r) in seen:
        continue
    seen.add(tuple(r))
    agents.setdefault((r[0], r[1], r[2]), []).append(r)

# (b) codes and labels of another product: code, label, and a second code for the employer's share
B = {'0010': ('100', 'TRAIT. BASE IND.'), '0012': ('101', 'ABSENCE NON REMUN. TRAIT.'), '0150': ('110', 'NOUV. BONIF. INDIC.'), '0210': ('120', 'IND. DE RESID.'),
     '0212': ('121', 'ABSENCE NON REMUN. IND. RESID.'), '0300': ('130', 'SUPPL FAM'), '0410': ('200', 'IFSE MENS.'), '0412': ('201', 'ABSENCE NON REMUN. IFSE'), '0430': ('210', 'TRANSFERT PRIMES-POINTS'),
     '0432': ('211', 'ABSENCE NON REMUN. TRANSF. PRIMES/POINTS'), '0440': ('220', 'INDEM. COMPENS. CSG'), '0510': ('300', 'HEURES SUPP. JOUR 14 PREMIERES'), '0512': ('302', 'HEURES SUPP. DIMANCHE/FERIES'),
     '0610': ('310', 'PRIME EXCEPT.'), '0690': ('320', 'RAPPEL REGIME INDEM.'), '0691': ('321', 'RAPPEL TRAIT.'), '1010': ('500', 'COTIS. CNRACL'), '1012': ('501', 'COTIS. CNRACL NBI'),
     '1019': ('505', 'REDUCTION COTIS. H. SUPP'), '1020': ('510', 'RAFP AGENT', '610', 'RAFP EMPLOYEUR'), '1110': ('520', 'SS VIEILL. PLAF.', '620', 'SS VIEILL. PLAF. PAT.'), '1112': ('521', 'SS VIEILL. DEPLAF.', '621', 'SS VIEILL. DEPLAF. PAT.'),
     '1120': ('530', 'IRCANTEC TRANCHE A', '630', 'IRCANTEC TRANCHE A PAT.'), '1121': ('531', 'IRCANTEC TRANCHE B', '631', 'IRCANTEC TRANCHE B PAT.'), '1210': ('540', 'CSG DED.'), '1211': ('541', 'CSG NON DED.'), '1212': ('542', 'CRDS'),
     '1213': ('543', 'CSG-CRDS H. SUPP EXONEREES'), '2010': ('600', 'CNRACL PATRONALE'), '2012': ('601', 'ATIACL'), '2110': ('640', 'ASSURANCE MALADIE PAT.'), '2112': ('641', 'ALLOCATIONS FAM.'), '2114': ('642', 'CONTRIB. SOLID. AUTONOMIE'),
     '2116': ('643', 'FNAL'), '2118': ('644', 'VERST MOBILITE'), '2120': ('645', 'CNFPT'), '2122': ('646', 'CENTRE GESTION'), '2130': ('647', 'ACCIDENTS TRAV.'), '3010': ('700', 'PRELEVT A LA SOURCE'),
     '3110': ('710', 'REMBOURSEMENT TRANSPORT'), '3210': ('720', 'MUTUELLE'), '3310': ('730', 'SAISIE S/REMUNERATION'), '3320': ('731', 'REPRISE D AVANCE'),
     '9000': ('900', 'BRUT'), '9100': ('910', 'NET IMPOSABLE'), '9200': ('920', 'NET A PAYER AVANT IMPOT'), '9300': ('930', 'NET A PAYER')}
with open(os.path.join(out, 'signed.tsv'), 'w', encoding='utf-8', newline='') as f:
    f.write('N° agent\tNom prénom\tRub.\tDésignation\tNb / Base\tTx\tMontant\tSens\tMois\r\n')
    for (m, nom, pre), ls in sorted(agents.items()):
        for r in ls:
            code, label, *pat = B[r[3]]
            base, taux, pay, ret, tp, pp = map(num, r[5:11])
            month = '10/2021' if '10/2021' in r[4] else '11/2021'
            s = lambda x: '' if x is None else str(x)
            head = f'{m}\t{nom} {pre}\t'
            if pay is not None or ret is not None:
                f.write(head + f"{code}\t{label}\t{s(base)}\t{s(taux)}\t{s(pay if pay is not None else ret)}\t{'G' if pay is not None else 'R'}\t{month}\r\n")
            if pp is not None:
                c, l = pat if pat else (code, label)
                f.write(head + f'{c}\t{l}\t{s(base)}\t{s(tp)}\t{s(pp)}\tP\t{month}\r\n')

# (a) one row per agent, merged groups
W = [('0010', 'Traitement indiciaire', 'BM'), ('0012', 'Abs. non rémunérée traitement', 'M'), ('0150', 'NBI', 'BM'), ('0210', 'Indemnité de résidence', 'M'), ('0212', 'Abs. non rémunérée ind. résidence', 'M'), ('0300', 'Supplément familial', 'M'),
     ('0410', 'I.F.S.E.', 'M'), ('0412', 'Abs. non rémunérée IFSE', 'M'), ('0430', 'Transfert primes/points', 'M'), ('0432', 'Abs. non rémunérée TPP', 'M'), ('0440', 'Ind. compensatrice CSG', 'M'), ('0510', 'Heures sup. jour 14 prem.', 'BTM'), ('0512', 'Heures sup. dim. fériés', 'BTM'),
     ('0610', 'Prime exceptionnelle', 'M'), ('0690', 'Rappel régime indemnitaire', 'M'), ('0691', 'Rappel traitement', 'M'), ('1010', 'CNRACL', 'BTM'), ('1012', 'CNRACL NBI', 'BTM'), ('1019', 'Réduction cotis. heures sup.', 'M'), ('1020', 'RAFP', 'BTMUP'),
     ('1110', 'Vieillesse plafonnée', 'BTMUP'), ('1112', 'Vieillesse déplafonnée', 'BTMUP'), ('1120', 'IRCANTEC tr. A', 'BTMUP'), ('1121', 'IRCANTEC tr. B', 'BTMUP'), ('1210', 'CSG déductible', 'BTM'), ('1211', 'CSG non déductible', 'BTM'), ('1212', 'CRDS', 'BTM'), ('1213', 'CSG/CRDS heures sup. exo.', 'BTM'),
     ('2010', 'CNRACL employeur', 'BUP'), ('2012', 'ATIACL', 'BUP'), ('2110', 'Maladie employeur', 'BUP'), ('2112', 'Allocations familiales', 'BUP'), ('2114', 'Contribution solidarité autonomie', 'BUP'), ('2116', 'FNAL', 'BUP'), ('2118', 'Versement mobilité', 'BUP'), ('2120', 'CNFPT', 'BUP'),
     ('2122', 'Centre de gestion', 'BUP'), ('2130', 'Accidents du travail', 'BUP'), ('3010', 'Prélèvement à la source', 'BTM'), ('3110', 'Remb. transport', 'M'), ('3210', 'Mutuelle', 'M'), ('3310', 'Saisie sur rémunération', 'M'), ('3320', "Reprise d'avance", 'M')]
PART = {'B': ('Base', 5), 'T': ('Taux', 6), 'M': ('Montant', None), 'U': ('Taux pat.', 9), 'P': ('Part pat.', 10)}
# written with a minus where others write them so: reductions of earnings
wb = openpyxl.Workbook()
wb.properties = DocumentProperties(creator='export', created=datetime.datetime(2021, 11, 26), modified=datetime.datetime(2021, 11, 26))
ws = wb.active
ws.title = 'Novembre 2021'
ws.append(['Etat de paie - Novembre 2021'])
ws.append([])
top, low = ['Agent', None, None], ['Matricule', 'Nom', 'Prénom']
merges = [(1, 3)]
for code, label, parts in W:
    merges.append((len(top) + 1, len(top) + len(parts)))
    top += [label] + [None] * (len(parts) - 1)
    low += [PART[p][0] for p in parts]
TOTALS = [('9000', 'Brut'), ('9100', 'Net imposable'), ('9200', 'Net avant impôt'), ('9300', 'Net à payer')]
merges.append((len(top) + 1, len(top) + 4))
top += ['Totaux', None, None, None]
low += [t for _, t in TOTALS]
ws.append(top)
ws.append(low)
for a, b in merges:
    if b > a:
        ws.merge_cells(start_row=3, start_column=a, end_row=3, end_column=b)
sums = {}
for (m, nom, pre), ls in sorted(agents.items()):
    by = {}
    for r in ls:
        by.setdefault(r[3], []).append(r)
    row = [m, nom, pre]
    for code, label, parts in W:
        rs = by.get(code, [])
        assert len(rs) <= 1, (m, code)
        for p in parts:
            v = None
            if rs:
                r = rs[0]
                if p == 'M':
                    pay, ret = num(r[7]), num(r[8])
                    v = pay if pay is not None else ret
                    if v is not None and code in ('0430', '0012', '0212', '0412') and ret is not None:
                        v = -v
                else:
                    v = num(r[PART[p][1]])
            row.append(float(v) if v is not None else None)
    for code, _ in TOTALS:
        row.append(float(num(by[code][0][7])))
    ws.append(row)
    for i, v in enumerate(row[3:], 3):
        if v is not None:
            sums[i] = sums.get(i, D(0)) + D(str(v))
ws.append(['TOTAL', f'{len(agents)} agents', None] + [float(sums[i]) if i in sums else None for i in range(3, len(low))])
wb.save(os.path.join(out, 'wide.xlsx'))

# (c) staff with short titles
src = openpyxl.load_workbook(os.path.join(here, '../../../samples/montreval/inbox/agents.xlsx'))
title = {'Mat.': 'Matr.', 'Nom': 'Nom', "Nom d'usage": 'Nom us.', 'Prénom': 'Pren.', 'Né(e) le': 'Dt naiss.', 'N° Sécu': 'N. SS', 'Adresse': 'Adr.', 'CP': 'C.P.', 'Ville': 'Commune', 'Statut': 'Stat.', 'Cat.': 'Categ.', 'Grade': 'Grade', 'Éch.': 'Ech', 'I.M.': 'Ind. maj.',
         'Pts NBI': 'Pts N.B.I.', 'Quotité': 'Qt.', 'Service': 'Serv. affect.', 'Entrée': 'Dt entrée', 'Fin contrat': 'Fin ctr', 'Position': 'Pos. adm.', 'Enfants': 'Nbre enf.', 'SFT (O/N)': 'Sft O/N', 'IFSE (temps plein)': 'IFSE mens.', 'Ind. comp. CSG': 'Comp. CSG',
         'Abonnement transport': 'Abo. transp.', 'Mutuelle': 'Mut.', 'Saisie': 'Saisie', 'Reprise avance': 'Reprise av.', 'Taux PAS': 'Tx PAS', 'Type taux': 'Orig. taux', 'IBAN': 'Cpte bancaire', 'Observations': 'Obs.'}
with open(os.path.join(out, 'staff.csv'), 'w', encoding='utf-8', newline='') as f:
    w = csv.writer(f, delimiter=';')
    first = True
    for ws in src:
        head = [c.value for c in ws[4]]
        keep = [i for i, h in enumerate(head) if h]
        if first:
            w.writerow([title[head[i]] for i in keep])
            first = False
        for r in ws.iter_rows(min_row=5, values_only=True):
            if not r[0] or r[0] == 'TOTAL':
                continue
            cells = []
            for i in keep:
                v = r[i]
                if isinstance(v, datetime.datetime):
                    v = v.strftime('%d/%m/%Y')
                elif head[i] == 'Mat.':
                    v = f'{int(v):05d}'
                elif isinstance(v, float):
                    v = str(v).replace('.', ',')
                cells.append('' if v is None else v)
            w.writerow(cells)
