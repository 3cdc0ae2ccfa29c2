/** Our client of the Lambda Runtime API, and AWS's own if it is installed (see CONTRIBUTING.md). */
export const runtimes: { readonly client: string; readonly config: { readonly runtimeClient?: string } }[] = [
  { client: "our runtime client", config: {} },
];
const { AWS_LAMBDA_RIC } = process.env;
if (AWS_LAMBDA_RIC) runtimes.push({ client: "AWS's runtime client", config: { runtimeClient: AWS_LAMBDA_RIC } });
