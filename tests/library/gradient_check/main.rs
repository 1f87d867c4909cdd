//! The gradient check: that it accuses nobody who is right, and sees who is wrong.
//!
//! | file | on what |
//! |---|---|
//! | networks.rs, properties.rs | our own networks, chosen and random |
//! | closures.rs, diagnosis.rs | anybody's model, and what is said of its mistakes |
//! | models.rs, tape.rs | random models, differentiated by an independent program |
//! | faults.rs | the gallery of faults |

mod closures;
mod diagnosis;
mod faults;
mod models;
#[cfg(feature = "vectorized")]
mod networks;
#[cfg(feature = "vectorized")]
mod properties;
mod tape;
