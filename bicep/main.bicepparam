using './main.bicep'

// azd fills these from its environment; `az deployment sub create` takes them from the shell's.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'orchestrator')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param size = readEnvironmentVariable('AZURE_SIZE', 'dev')
param privateNetworking = bool(readEnvironmentVariable('AZURE_PRIVATE_NETWORKING', 'false'))
param authClientId = readEnvironmentVariable('AUTH_CLIENT_ID', '')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param callbackHosts = readEnvironmentVariable('CALLBACK_HOSTS', '')
param operatorPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param nodeVersion = readEnvironmentVariable('AZURE_NODE_VERSION', '22')
// https://portal.example.com,https://other.example.com
param allowedOrigins = filter(
  map(split(readEnvironmentVariable('ALLOWED_ORIGINS', ''), ','), origin => trim(origin)),
  origin => !empty(origin)
)
// {"costCenter": "4711"}
param tags = json(readEnvironmentVariable('AZURE_TAGS', '{}'))
