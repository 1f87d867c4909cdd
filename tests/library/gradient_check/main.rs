//! The gradient check accuses no right gradient and detects the wrong ones.
//!
//! | file | tests on |
//! |---|---|
//! | networks.rs, properties.rs | our own networks, chosen and random |
//! | softmax.rs | the same with softmax, and wrong ones of it |
//! | closures.rs, diagnosis.rs | any model, and the diagnosis of its mistakes |
//! | models.rs, tape.rs | random models, differentiated by an independent program |
//! | rows.rs | small cases from reports about other checks |
//! | traps.rs | models whose wrong gradient agrees at one scale only |
//! | targets.rs | networks that are almost right, so that E is small |
//! | saturated.rs | networks in f32 whose slopes are rounded |
//! | faults.rs | the gallery of faults |

mod closures;
mod diagnosis;
mod faults;
mod models;
#[cfg(feature = "vectorized")]
mod networks;
#[cfg(feature = "vectorized")]
mod properties;
mod rows;
#[cfg(feature = "vectorized")]
mod saturated;
#[cfg(feature = "vectorized")]
mod softmax;
mod tape;
mod targets;
mod traps;
