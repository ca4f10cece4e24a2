//! The elements of a credit transfer message that are read, by local name. Everything else is `Other` and passed over.

macro_rules! tags {
    ($(($tag:ident, $name:literal, $leaf:literal)),* $(,)?) => {
        /// An element that is read.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Tag { $($tag,)* Other }

        impl Tag {
            pub fn of(local_name: &str) -> Self {
                match local_name { $($name => Self::$tag,)* _ => Self::Other }
            }
            pub const fn name(self) -> &'static str {
                match self { $(Self::$tag => $name,)* Self::Other => "?" }
            }
            /// Whether the element holds text only.
            pub const fn is_leaf(self) -> bool {
                match self { $(Self::$tag => $leaf,)* Self::Other => false }
            }
        }
    };
}

tags! {
    (Document, "Document", false),
    (Initiation, "CstmrCdtTrfInitn", false),
    (GroupHeader, "GrpHdr", false),
    (MessageId, "MsgId", true),
    (Created, "CreDtTm", true),
    (Count, "NbOfTxs", true),
    (Sum, "CtrlSum", true),
    (InitiatingParty, "InitgPty", false),
    (Name, "Nm", true),
    (Batch, "PmtInf", false),
    (BatchId, "PmtInfId", true),
    (Method, "PmtMtd", true),
    (BookedAsOne, "BtchBookg", true),
    (TypeInformation, "PmtTpInf", false),
    (CategoryPurpose, "CtgyPurp", false),
    (Code, "Cd", true),
    (Execution, "ReqdExctnDt", false),
    (Date, "Dt", true),
    (DateTime, "DtTm", true),
    (Debtor, "Dbtr", false),
    (DebtorAccount, "DbtrAcct", false),
    (DebtorAgent, "DbtrAgt", false),
    (Id, "Id", false),
    (Iban, "IBAN", true),
    (Institution, "FinInstnId", false),
    (Bic, "BIC", true),
    (BicFi, "BICFI", true),
    (Transfer, "CdtTrfTxInf", false),
    (PaymentId, "PmtId", false),
    (InstructionId, "InstrId", true),
    (EndToEndId, "EndToEndId", true),
    (Amount, "Amt", false),
    (Instructed, "InstdAmt", true),
    (CreditorAgent, "CdtrAgt", false),
    (Creditor, "Cdtr", false),
    (CreditorAccount, "CdtrAcct", false),
    (Remittance, "RmtInf", false),
    (Unstructured, "Ustrd", true),
}
