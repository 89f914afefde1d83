metadata description = 'Logs and metrics, written with Entra ID only.'

param workspaceName string
param applicationInsightsName string
param location string
param tags object

@description('Required. How long logs are kept.')
param retentionDays int

@description('Required. Ingestion stops for the day beyond this, so that a loop cannot cost a fortune.')
param dailyQuotaGb int

module workspace 'br/public:avm/res/operational-insights/workspace:0.16.1' = {
  params: {
    name: workspaceName
    location: location
    tags: tags
    skuName: 'PerGB2018'
    dataRetention: retentionDays
    dailyQuotaGb: string(dailyQuotaGb)
    // By default the module makes who reads a resource's logs need a right on the whole workspace, and who saves a query a storage account for it.
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
    forceCmkForQuery: false
    enableTelemetry: false
  }
}

module applicationInsights 'br/public:avm/res/insights/component:0.8.0' = {
  params: {
    name: applicationInsightsName
    location: location
    tags: tags
    kind: 'web'
    applicationType: 'web'
    workspaceResourceId: workspace.outputs.resourceId
    disableLocalAuth: true
    // By default the module keeps the addresses of browsers, and names a year; how long logs are kept is the workspace's to say.
    disableIpMasking: false
    retentionInDays: 90
    enableTelemetry: false
  }
}

output applicationInsightsName string = applicationInsights.outputs.name
output connectionString string = applicationInsights.outputs.connectionString
