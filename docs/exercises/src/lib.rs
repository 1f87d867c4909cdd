//! Judges an exercise: runs your function next to the right one, and tells you what the difference looks like.
//!
//! Each exercise's file calls one function of [`grade`]. Reading them gives nothing away that the book does not, but the
//! exercise is more fun without.
//!
//! - [`lesson`]: the message of a failure; [`trial`]: your numbers next to the right ones, and to those of the classic slips;
//! - [`whole`]: your formula put into a whole backward pass, for the gradient check of `backprop` to judge;
//! - [`grade`]: one function for each exercise;
//! - [`seal`]: the end of a program that `./grade`, which grades a class, has started.

pub mod grade;
pub mod lesson;
pub mod seal;
pub mod trial;
pub mod whole;

pub use lesson::{Formula, Grade, Lesson};
pub use seal::Seal;

/// Says how it went, and ends the program with 1 if the solution is not right yet.
pub fn tell(grade: &Grade) {
    match grade {
        Ok(()) => println!("Right."),
        Err(lesson) => {
            eprintln!("{lesson}");
            std::process::exit(1);
        }
    }
}
