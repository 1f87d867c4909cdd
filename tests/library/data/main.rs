//! Files as a program that uses the library reads them: IDX files and model files.

mod idx;
mod model_file;
mod tables;
