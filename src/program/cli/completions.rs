//! `backprop completions`: prints the script with which a shell completes our commands and options.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Failure, Output};

/// Print the completions for a shell
///
/// For bash: backprop completions bash > ~/.local/share/bash-completion/completions/backprop
///
/// For PowerShell, as a line of its profile: backprop completions powershell | Out-String | Invoke-Expression
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        // To memory first: the generator panics if a pipe closes.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "backprop", &mut script);
        output.write_all(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}
