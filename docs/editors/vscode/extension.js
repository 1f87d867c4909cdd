// Starts `backprop dap` for debug sessions of type "backprop". All the rest is the program's.
const vscode = require("vscode");

const nineNodes = { type: "backprop", request: "launch", name: "Backpropagation: nine nodes" };
const digits = { ...nineNodes, name: "Backpropagation: digits", data: "digits", sizes: [784, 30, 10] };

exports.activate = (context) => {
  const program = () => vscode.workspace.getConfiguration("backprop").get("program");
  const configurations = { provideDebugConfigurations: () => [nineNodes, digits] };
  const resolve = (folder, configuration) => ({
    ...(configuration.type ? {} : nineNodes),
    cwd: folder?.uri.fsPath,
    ...configuration,
  });
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider("backprop", { ...configurations, resolveDebugConfiguration: resolve }),
    vscode.debug.registerDebugConfigurationProvider("backprop", configurations, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory("backprop", {
      createDebugAdapterDescriptor: () => new vscode.DebugAdapterExecutable(program(), ["dap"]),
    }),
  );
};
