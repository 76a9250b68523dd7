//! fastops
