//! The settings of the page: what they are now, and what one of them changes.

use std::convert::Infallible;

use backprop::data_set::{Source, Targets};
use backprop::model_file::Model;
use backprop::setup::{Data, Setup};
use backprop::step::view::typed;
use backprop::training::Options;
use backprop::{Activation, Architecture, Cost, WeightInit};
use serde::Serialize;
use serde_json::json;

use crate::session::Play;
use crate::situation::Situation;

/// The settings as texts, as the page's form shows them.
#[derive(Debug, Serialize)]
pub struct Settings {
    data: String,
    sizes: String,
    activation: String,
    cost: &'static str,
    batch: String,
    l2: String,
    dropout: String,
    init: &'static str,
    seed: String,
}

impl Settings {
    pub fn of(play: &Play) -> Self {
        let (architecture, options) = (&play.scene.network.architecture, &play.scene.options);
        let mut activations: Vec<&str> = architecture.activations.iter().map(|a| a.name()).collect();
        if activations.iter().all(|name| *name == activations[0]) {
            activations.truncate(1);
        }
        let data = match &*play.situation.setup.data() {
            Data::NineNodes => "nine-nodes".to_owned(),
            Data::MadeUp => "made-up".to_owned(),
            Data::Source(source) => source.to_string(),
            Data::Rows(_) => String::new(),
        };
        let sizes: Vec<String> = architecture.sizes.iter().map(usize::to_string).collect();
        Self {
            data,
            sizes: sizes.join(", "),
            activation: activations.join(","),
            cost: architecture.cost.name(),
            batch: play.situation.batch.unwrap_or(1).to_string(),
            l2: options.l2.to_string(),
            dropout: options.dropout.to_string(),
            init: play.situation.setup.init.unwrap_or_default().name(),
            seed: play.situation.setup.seed().to_string(),
        }
    }
}

/// Returns the situation with one setting changed, and a sentence about it. Training starts over with the new setting.
pub fn changed(play: &Play, key: &str, value: &str) -> Result<(Situation, String), String> {
    let mut situation = play.situation.clone();
    let setup = &mut situation.setup;
    let architecture = &play.scene.network.architecture;
    let no_choice = || format!("there is no {key} '{value}'");
    let mut also = "";
    match key {
        "data" => return Ok((on_data(situation, value), over(&format!("Data {value}")))),
        "sizes" => {
            let sizes = typed::sizes(value)?;
            if let Some(activation) = &mut setup.activation {
                stretch(activation, sizes.len() - 1);
            }
            (setup.model, setup.sizes, setup.data) = (None, Some(sizes), Some(play.data()));
        }
        "activation" => {
            let names = value.split(',').map(|name| Activation::ALL.into_iter().find(|a| a.name() == name));
            let mut activations: Vec<Activation> = names.collect::<Option<_>>().ok_or_else(no_choice)?;
            stretch(&mut activations, architecture.activations.len());
            let is_softmax = activations.last() == Some(&Activation::Softmax);
            setup.activation = Some(activations);
            suit(setup, architecture, is_softmax);
            also = suit_rate(&mut situation, architecture);
        }
        "cost" => {
            let cost = Cost::ALL.into_iter().find(|cost| cost.name() == value);
            setup.cost = Some(cost.ok_or_else(no_choice)?);
            suit(setup, architecture, cost == Some(Cost::LogLikelihood));
            also = suit_rate(&mut situation, architecture);
        }
        "init" => {
            let init = serde_json::from_value(json!(value)).map_err(|_| no_choice())?;
            (setup.model, setup.init, setup.data) = (None, Some(init), Some(play.data()));
            setup.sizes = Some(architecture.sizes.clone());
        }
        "seed" | "another-seed" => {
            let seed = match key {
                "seed" => typed::count(value)?,
                _ => setup.seed().wrapping_add(1),
            };
            (setup.model, setup.seed, setup.data) = (None, Some(seed), Some(play.data()));
            setup.sizes = Some(architecture.sizes.clone());
        }
        "rate" => situation.rate = Some(typed::number(value)?),
        "batch" => situation.batch = Some(typed::count(value)?),
        "l2" => situation.l2 = Some(typed::number(value)?),
        "dropout" => situation.dropout = Some(typed::number(value)?),
        _ => return Err(format!("there is no setting '{key}'")),
    }
    let name = if key == "another-seed" { "seed" } else { key };
    Ok((situation, over(&format!("Changed the {name}{also}"))))
}

fn over(what: &str) -> String {
    format!("{what}; training starts over.")
}

/// Makes output and cost compatible: softmax works only with the log-likelihood, one-hot labels and an output for each
/// class.
fn suit(setup: &mut Setup, architecture: &Architecture, is_softmax: bool) {
    let activations = setup.activation.get_or_insert_with(|| architecture.activations.clone());
    let was_softmax = activations.last() == Some(&Activation::Softmax);
    if let Some(output) = activations.last_mut().filter(|_| was_softmax != is_softmax) {
        *output = if is_softmax { Activation::Softmax } else { Activation::Sigmoid };
    }
    if is_softmax != (setup.cost.unwrap_or(architecture.cost) == Cost::LogLikelihood) {
        setup.cost = Some(if is_softmax { Cost::LogLikelihood } else { Cost::default() });
    }
    if is_softmax {
        setup.targets = None;
        let mut sizes = architecture.sizes.clone();
        if let Some(outputs @ 1) = sizes.last_mut() {
            *outputs = 2;
            setup.sizes = Some(sizes);
        }
    }
}

/// The rate of chapter 11 for a softmax. The deltas of a sigmoid with the quadratic cost are a quarter as large at most,
/// and at the rate that suits them a softmax soon says 0 and 1 whatever it sees.
const SOFTMAX_RATE: f64 = 0.1;

/// Lowers the rate when a softmax is chosen, if it is too large for one, and says so.
fn suit_rate(situation: &mut Situation, before: &Architecture) -> &'static str {
    let is_softmax = situation.setup.cost == Some(Cost::LogLikelihood);
    let rate = situation.rate.unwrap_or(Options::default().rate);
    if !is_softmax || before.cost == Cost::LogLikelihood || rate <= SOFTMAX_RATE {
        return "";
    }
    situation.rate = Some(SOFTMAX_RATE);
    ", and the rate to 0.1, because a softmax takes larger steps"
}

/// Gives every layer an activation: the last one to the output layer, the first to those before.
fn stretch(activations: &mut Vec<Activation>, layers: usize) {
    if let (Some(&first), Some(&last)) = (activations.first(), activations.last())
        && activations.len() != layers
        && layers > 0
    {
        *activations = vec![first; layers];
        activations[layers - 1] = last;
    }
}

/// Returns the situation on other data, with a network that suits them.
fn on_data(mut situation: Situation, name: &str) -> Situation {
    let data = match name {
        "nine-nodes" => Data::NineNodes,
        "made-up" => Data::MadeUp,
        name => Data::Source(name.parse().unwrap_or_else(|never: Infallible| match never {})),
    };
    let setup = &mut situation.setup;
    (setup.model, setup.data) = (None, Some(data));
    situation.added = Vec::new();
    let (sigmoid, tanh) = (Activation::Sigmoid, Activation::Tanh);
    let (sizes, activation, rate, init, is_class): (&[usize], &[Activation], _, _, _) = match name {
        "nine-nodes" => (&[3, 4, 2], &[sigmoid], 0.3, WeightInit::Small, false),
        "xor" => (&[2, 3, 1], &[sigmoid], 1.0, WeightInit::Normal, true),
        "circles" | "moons" => (&[2, 6, 1], &[tanh, sigmoid], 0.1, WeightInit::Scaled, true),
        "spiral" => (&[2, 12, 12, 1], &[tanh, tanh, sigmoid], 0.05, WeightInit::Scaled, true),
        "digits" => (&[784, 30, 10], &[sigmoid], 0.3, WeightInit::Scaled, false),
        _ => return situation,
    };
    let (cost, targets) =
        if is_class { (Cost::CrossEntropy, Some(Targets::OneHot)) } else { (Cost::Quadratic, None) };
    *setup = Setup {
        sizes: Some(sizes.to_vec()),
        activation: Some(activation.to_vec()),
        cost: Some(cost),
        targets,
        init: Some(init).filter(|_| name != "nine-nodes"),
        seed: setup.seed.filter(|_| name != "nine-nodes"),
        ..setup.clone()
    };
    situation.rate = Some(rate);
    situation
}

/// Returns the situation with the model of a file, and a sentence about it. Uses the present data if they fit,
/// otherwise the digits if the page has them, otherwise made-up samples.
pub fn with_model(play: &Play, file: &str, text: &str, digits: bool) -> Result<(Situation, String), String> {
    let model = Model::from_json(text).map_err(|problem| {
        let problem = problem.to_string();
        // The parser's own words mention Rust's types and places in the text.
        let is_kind = problem.contains(" at line ");
        let problem = if is_kind {
            "it does not hold sizes, weights, biases and a cost as a model does"
        } else {
            &problem
        };
        format!(
            "{file} is not a model: {}. `backprop train --out model.json` writes one.",
            problem.trim_end_matches('.')
        )
    })?;
    let (ours, its) = (&play.scene.network.architecture, &model.architecture);
    let fits = (ours.input_size(), ours.output_size()) == (its.input_size(), its.output_size());
    let mut situation = play.situation.clone();
    let (data, on) = match (its.input_size(), its.output_size()) {
        _ if fits => (play.data(), "the present samples"),
        (784, 10) if digits => (Data::Source(Source::Digits), "digits"),
        _ => (Data::MadeUp, "made-up samples, as the present ones do not fit it"),
    };
    if !fits {
        (situation.limit, situation.added) = (None, Vec::new());
    }
    situation.setup = Setup {
        data: Some(data),
        model: Some(model),
        sizes: None,
        activation: None,
        cost: None,
        init: None,
        ..situation.setup
    };
    Ok((situation, format!("{file}, on {on}.")))
}
