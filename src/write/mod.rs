//! Results → files. What each writer takes has been checked before; what it writes is the same bytes every time.

pub mod transfer;
