//! Results → documents: bytes with a name. Knows no rule and computes no amount.

pub mod register;
