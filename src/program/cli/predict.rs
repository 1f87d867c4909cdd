//! `backprop predict`: the network's answer to one sample.

use backprop::data_set::{Answers, DataSet, Meaning, Part, strongest};
use backprop::model_file::Model;
use backprop::{Sample, column_width};

use super::choices::{List, numbers, pixels_for};
use super::prelude::*;
use crate::image_file;
use crate::show::bars::bar;
use crate::show::picture::half_blocks;

/// The options that say which sample of which data is shown, and how the data are read.
const OF_DATA: [&str; 13] = [
    "data",
    "index",
    "set",
    "test_data",
    "target",
    "ignore",
    "classes",
    "numbers",
    "targets_columns",
    "missing",
    "one_hot",
    "transposed",
    "class_names",
];

/// Show a network's answer to one sample, or to numbers or a picture of your own
#[derive(Debug, Args)]
pub(super) struct Predict {
    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    data: DataArgs,

    #[command(flatten)]
    engine: EngineArgs,

    #[command(flatten)]
    which: Which,

    /// Numbers of your own instead of a sample, one for each input
    #[arg(long, value_name = "N,N,...", value_parser = numbers, allow_hyphen_values = true, conflicts_with_all = OF_DATA, conflicts_with_all = ["image", "pixels"])]
    input: Option<List<f64>>,

    /// A picture of a digit instead of a sample: a PNG of any size and colours, dark on light or light on dark
    #[arg(long, value_name = "FILE.png", conflicts_with_all = OF_DATA)]
    image: Option<PathBuf>,

    /// Show the network the pixels of --image unchanged, white for ink, instead of cutting out and centring the digit
    #[arg(long, requires = "image", conflicts_with_all = OF_DATA, conflicts_with = "input")]
    as_is: bool,

    /// Print one JSON object with `digit`, `class` (its name) and `outputs`
    #[arg(long)]
    json: bool,

    /// Print the answer and nothing else
    #[arg(long, short)]
    quiet: bool,
}

/// One sample of a data set.
#[derive(Debug, Clone, Args)]
pub(super) struct Which {
    /// The sample to show, counted from 0
    #[arg(long, value_name = "I")]
    pub(super) index: Option<usize>,

    /// The set that --index counts in
    #[arg(long, value_name = "SET", default_value = "test", value_parser = words::<Part>())]
    pub(super) set: Part,
}

impl Which {
    /// Checks that there are more samples than the index.
    pub(super) fn check(index: usize, count: usize) -> Result<(), Error> {
        if index < count {
            return Ok(());
        }
        Err(Error::usage(format!("--index {index}: the samples are numbered 0 to {}", count - 1)))
    }
}

impl Predict {
    pub(super) fn run(&self, output: &mut Output) -> Result<ExitCode, Failure> {
        let model = self.model.read()?;
        let shown = match (&self.image, &self.input) {
            (Some(path), _) => self.picture(path, &model)?,
            (_, Some(numbers)) => input(numbers, &model)?,
            _ => self.sample(&model)?,
        };
        let mut engine = self.engine.build(&model.architecture, &model.parameters)?;
        let outputs = engine.predict(Sample(&shown.data.sample(shown.index)));
        let outputs = model.meaning.in_own_units(&outputs);
        if self.json {
            let mut object = shown.json(&outputs);
            let names = model.meaning.output_names();
            if !names.is_empty() {
                object["names"] = json!(names);
            }
            output.json(&object)?;
            return Ok(ExitCode::SUCCESS);
        }
        let says = shown.says(&outputs);
        if self.quiet {
            writeln!(output, "{says}")?;
            return Ok(ExitCode::SUCCESS);
        }
        writeln!(output, "{}:\n", shown.title)?;
        for line in sample_lines(&shown.data, shown.index) {
            writeln!(output, "    {}", line.trim_end())?;
        }
        writeln!(output)?;
        write_outputs(output, &outputs, shown.data.meaning())?;
        writeln!(output, "\n{}", shown.verdict(&outputs))?;
        Ok(ExitCode::SUCCESS)
    }

    /// Reads one sample of the data.
    fn sample(&self, model: &Model) -> Result<Shown, Error> {
        let data = self.data.load_part(self.which.set, model)?;
        let index = self.which.index.unwrap_or(0);
        data.check_fits(&model.architecture)?;
        Which::check(index, data.len())?;
        let set = match self.which.set {
            Part::Train => "training",
            Part::Test => "test",
        };
        let title = format!("Sample {} of the {set} set", thousands(index));
        let has_label = data.is_labelled();
        Ok(Shown { data, index, has_label, title })
    }

    /// Reads the picture of `--image` as the network is shown it.
    fn picture(&self, path: &Path, model: &Model) -> Result<Shown, Error> {
        let picture = image_file::read_png(path)?;
        let inputs = model.architecture.input_size();
        let side = inputs.isqrt();
        let is_square = side * side == inputs;
        let (rows, columns, bytes) = if self.as_is {
            let fits = picture.width * picture.height == inputs && (!is_square || picture.width == side);
            if !fits {
                let wanted = if is_square { format!("{side}x{side}") } else { format!("{inputs} pixels") };
                let found =
                    format!("{}x{} pixels, but the model takes {wanted}", picture.width, picture.height);
                return Err(Error::contents(found).remedy("without --as-is it is made to fit").in_file(path));
            }
            (picture.height, picture.width, picture.brightness())
        } else if is_square {
            let bytes = picture.centred(side, side).map_err(|problem| problem.in_file(path))?;
            (side, side, bytes)
        } else {
            let counted = counted(inputs, "input");
            let found = format!("the model has {counted}, which do not make a square picture");
            return Err(refuse(found, format!("--as-is takes a PNG of {inputs} pixels")));
        };
        let pixels = pixels_for(self.data.pixels, model);
        let data = DataSet::images(rows, columns, bytes, vec![0], pixels);
        let data = data.with_meaning(Meaning { pixels: Some(pixels), ..model.meaning.clone() });
        let title = format!("What the network saw in {}", name(path));
        Ok(Shown { data, index: 0, has_label: false, title })
    }
}

/// Returns the numbers of `--input` as the network is shown them.
fn input(numbers: &[f64], model: &Model) -> Result<Shown, Error> {
    let inputs = model.architecture.input_size();
    if numbers.len() != inputs {
        let found = format!("--input has {}, but the model takes {inputs}", counted(numbers.len(), "number"));
        return Err(Error::usage(found).remedy("give one for each input, commas between them"));
    }
    let data = DataSet::one_sample(numbers.to_vec(), model.meaning.clone());
    Ok(Shown { data, index: 0, has_label: false, title: "The input".to_owned() })
}

/// The sample that the network is shown.
struct Shown {
    data: DataSet,
    index: usize,
    has_label: bool,
    title: String,
}

impl Shown {
    /// Returns the class the network names, or the numbers it outputs.
    fn says(&self, outputs: &[f64]) -> String {
        if self.data.counts_answers() {
            return spelled_out(&self.data.class_name(self.data.answer(outputs)));
        }
        numbers_text(outputs)
    }

    /// Returns the last line: the network's answer, and whether it is right.
    fn verdict(&self, outputs: &[f64]) -> String {
        let says = self.says(outputs);
        if !self.data.counts_answers() {
            let puts_out = format!("The network outputs {says}");
            return if self.has_label {
                format!("{puts_out}; the label says {}.", numbers_text(self.data.numbers(self.index)))
            } else {
                format!("{puts_out}.")
            };
        }
        let tied = self.data.answers().tied(outputs);
        let verdict = match (tied.as_slice(), outputs) {
            ([], _) => format!("The network says {says}"),
            (_, [_]) => {
                format!("The output is one half, so the network cannot tell; {says} is only the first class")
            }
            (tied, all) if tied.len() == all.len() => {
                format!("All outputs are equal, so the network cannot tell; {says} is only the first of them")
            }
            (tied, _) => {
                let names: Vec<String> =
                    tied.iter().map(|&class| spelled_out(&self.data.class_name(class))).collect();
                format!("A tie between {}; {says} is only the first of them", names.join(" and "))
            }
        };
        if !self.has_label {
            return format!("{verdict}.");
        }
        let right = if self.data.is_right(self.index, outputs) { "right" } else { "wrong" };
        let label = spelled_out(&self.data.class_name(self.data.class(self.index)));
        format!("{verdict}; the label says {label}: {right}.")
    }

    fn json(&self, outputs: &[f64]) -> serde_json::Value {
        let mut object = json!({"digit": null, "class": null, "outputs": outputs});
        if self.data.counts_answers() {
            let answer = self.data.answer(outputs);
            object["digit"] = json!(answer);
            object["class"] = json!(self.data.class_name(answer));
            let tied = self.data.answers().tied(outputs);
            if !tied.is_empty() {
                object["tied"] = json!(tied);
            }
        }
        if !self.has_label {
            object["seen"] = match self.data.image(self.index) {
                Some(bytes) => json!(bytes),
                None => json!(self.data.sample(self.index)),
            };
        } else if self.data.counts_answers() {
            object["label"] = json!(self.data.class(self.index));
        } else {
            object["label"] = json!(self.data.numbers(self.index));
        }
        object
    }
}

/// Returns a sample as lines of text: an image in half blocks, or its numbers in their own units; a few of them with
/// the names of their columns.
pub(super) fn sample_lines(data: &DataSet, index: usize) -> Vec<String> {
    const MOST_NAMES: usize = 20;
    let inputs = &data.meaning().inputs;
    let has_names = inputs.iter().any(|column| !column.name.is_empty()) && inputs.len() <= MOST_NAMES;
    let Some((_, columns)) = data.image_shape() else {
        let numbers = data.as_read(index);
        if !has_names {
            return vec![numbers_text(&numbers)];
        }
        let titles: Vec<String> = inputs.iter().map(|column| spelled_out(&column.title())).collect();
        let width = column_width(&titles);
        let line = |(title, number)| format!("{title:<width$}  {}", numbers_text(&[number]));
        return titles.into_iter().zip(numbers).map(line).collect();
    };
    if let Some(image) = data.image(index) {
        return half_blocks(image, columns);
    }
    let numbers = data.as_read(index);
    let (low, high) = numbers.iter().fold((0.0f64, 1.0f64), |(low, high), &n| (low.min(n), high.max(n)));
    let bytes: Vec<u8> = numbers.iter().map(|number| (255.0 * (number - low) / (high - low)) as u8).collect();
    half_blocks(&bytes, columns)
}

/// Returns numbers with commas between them, rounded to six decimals; with a power of ten where that would be long or
/// nothing.
fn numbers_text(numbers: &[f64]) -> String {
    let short = |number: &f64| {
        let (all, six) = if *number == 0.0 || (1e-6..1e15).contains(&number.abs()) {
            (number.to_string(), format!("{number:.6}"))
        } else {
            (format!("{number:e}"), format!("{number:.6e}"))
        };
        if all.len() < six.len() { all } else { six }
    };
    numbers.iter().map(short).collect::<Vec<_>>().join(", ")
}

/// Prints the output vector: for each number a line with the name of its class and a bar. The largest is marked, unless
/// there is a tie.
fn write_outputs(output: &mut Output, outputs: &[f64], meaning: &Meaning) -> std::io::Result<()> {
    let (answers, names) = (&meaning.answers, meaning.output_names());
    if *answers == Answers::Numbers {
        for (index, value) in outputs.iter().enumerate() {
            let name = names.get(index).map_or_else(String::new, |name| format!("  {}", spelled_out(name)));
            writeln!(output, "  output {index:>3}{name}  {}", numbers_text(&[*value]))?;
        }
        return Ok(());
    }
    let is_choice = answers.are_classes() && outputs.len() > 1 && answers.tied(outputs).is_empty();
    let best = strongest(outputs);
    let has_names = matches!(answers, Answers::Classes(names) if !names.is_empty()) && outputs.len() > 1;
    let names: Vec<String> = if has_names {
        (0..outputs.len()).map(|class| format!("  {}", spelled_out(&answers.name(class)))).collect()
    } else {
        vec![String::new(); outputs.len()]
    };
    let width = column_width(&names);
    for (index, (&value, name)) in outputs.iter().zip(&names).enumerate() {
        let mark = if is_choice && index == best { " ◀" } else { "" };
        // Adding zero turns -0 into 0.
        let (value, bar) = (value + 0.0, bar(value, 40));
        writeln!(output, "  output {index:>3}{name:<width$}  {value:>9.6}  {bar}{mark}")?;
    }
    Ok(())
}
