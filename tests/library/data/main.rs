//! Files as a program that uses the library meets them: IDX files and model files.

mod idx;
mod model_file;
