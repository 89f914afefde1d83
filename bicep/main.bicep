metadata description = 'Everything that Async Message Orchestrator needs: one resource group, no secret.'

targetScope = 'subscription'

@description('Required. Name of the environment; part of every resource name.')
@minLength(1)
@maxLength(20)
param environmentName string

@description('Required. Region of all resources. It must offer Flex Consumption and Azure Managed Redis.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Optional. How large: dev is the cheapest that works, prod is redundant and scales.')
@allowed(['dev', 'prod'])
param size string = 'dev'

@description('Optional. Reach storage, Service Bus and Redis through a virtual network only. Needs Premium Service Bus.')
param privateNetworking bool = false

@description('Optional. Client ID of the app registration that people sign in with. Empty: nobody can use the API.')
param authClientId string = ''

@description('Optional. Other origins whose pages may call the API, such as https://portal.example.com.')
param allowedOrigins array = []

@description('Optional. Hosts that callbacks may go to, with commas between. Empty: none.')
param callbackHosts string = ''

@description('Optional. Object ID of who may tune settings and put in the key that signs callbacks: a person, group or service principal. Empty: nobody yet.')
param operatorPrincipalId string = ''

@description('Optional. Who is told of alerts. Empty: nobody, alerts are only seen in the portal.')
param alertEmail string = ''

@description('Optional. Version of Node.js.')
param nodeVersion string = '22'

@description('Optional. Tags of every resource.')
param tags object = {}

var sizes = {
  dev: {
    redisSku: 'Balanced_B0'
    redisHighAvailability: 'Disabled'
    signalRSku: 'Free_F1'
    signalRUnits: 1
    storageSku: 'Standard_LRS'
    instanceMemoryMB: 2048
    maximumInstanceCount: 40
    alwaysReady: []
    appConfigurationSku: 'Developer'
    isPurgeProtected: false
    logDays: 30
    logGbPerDay: 1
  }
  prod: {
    redisSku: 'Balanced_B5'
    redisHighAvailability: 'Enabled'
    signalRSku: 'Standard_S1'
    signalRUnits: 1
    storageSku: 'Standard_ZRS'
    instanceMemoryMB: 2048
    maximumInstanceCount: 100
    alwaysReady: [{ name: 'http', instanceCount: 1 }]
    appConfigurationSku: 'Standard'
    isPurgeProtected: true
    logDays: 90
    logGbPerDay: 10
  }
}
var chosen = sizes[size]
// Private endpoints are a feature of Premium.
var serviceBusSku = privateNetworking ? 'Premium' : 'Standard'
// contracts/service-bus.json is the one list of queues and topics, for the local broker as well.
var entities = loadJsonContent('../contracts/service-bus.json').UserConfig.Namespaces[0]
var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union(tags, { 'azd-env-name': environmentName })
var functionAppName = 'func-${token}'
var webOrigin = 'https://${functionAppName}.azurewebsites.net'
var origins = union([webOrigin], allowedOrigins)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${token}'
    location: location
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: 'log-${token}'
    applicationInsightsName: 'appi-${token}'
    location: location
    tags: allTags
    retentionDays: chosen.logDays
    dailyQuotaGb: chosen.logGbPerDay
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: allTags
    skuName: chosen.storageSku
    uploadOrigins: origins
    isPrivate: privateNetworking
  }
}

module serviceBus 'modules/service-bus.bicep' = {
  scope: group
  params: {
    name: 'sb-${token}'
    location: location
    tags: allTags
    skuName: serviceBusSku
    queues: entities.Queues
    topics: entities.Topics
    isPrivate: privateNetworking
  }
}

module redis 'modules/redis.bicep' = {
  scope: group
  params: {
    name: 'redis-${token}'
    location: location
    tags: allTags
    skuName: chosen.redisSku
    highAvailability: chosen.redisHighAvailability
    isPrivate: privateNetworking
  }
}

module signalR 'modules/signalr.bicep' = {
  scope: group
  params: {
    name: 'sigr-${token}'
    location: location
    tags: allTags
    skuName: chosen.signalRSku
    units: chosen.signalRUnits
    allowedOrigins: origins
  }
}

module appConfiguration 'modules/app-configuration.bicep' = {
  scope: group
  params: {
    name: 'appcs-${token}'
    location: location
    tags: allTags
    skuName: chosen.appConfigurationSku
  }
}

module keyVault 'modules/key-vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: allTags
    isPurgeProtected: chosen.isPurgeProtected
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: allTags
    storageId: storage.outputs.id
    serviceBusId: serviceBus.outputs.id
    redisId: redis.outputs.id
  }
}

module roleAssignments 'modules/role-assignments.bicep' = {
  scope: group
  params: {
    principalId: identity.outputs.principalId
    operatorPrincipalId: operatorPrincipalId
    storageName: storage.outputs.name
    serviceBusName: serviceBus.outputs.name
    redisName: redis.outputs.name
    signalRName: signalR.outputs.name
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    appConfigurationName: appConfiguration.outputs.name
    keyVaultName: keyVault.outputs.name
  }
}

module functionApp 'modules/function-app.bicep' = {
  scope: group
  params: {
    name: functionAppName
    planName: 'plan-${token}'
    location: location
    tags: union(allTags, { 'azd-service-name': 'app' })
    nodeVersion: nodeVersion
    instanceMemoryMB: chosen.instanceMemoryMB
    maximumInstanceCount: chosen.maximumInstanceCount
    alwaysReady: chosen.alwaysReady
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    packageContainerUrl: storage.outputs.packageContainerUrl
    allowedOrigins: allowedOrigins
    authClientId: authClientId
    // Without callbacks there is nothing to sign, and nothing has to be in the vault.
    signingVaultUri: empty(callbackHosts) ? '' : keyVault.outputs.uri
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    appSettings: {
      AzureWebJobsStorage__blobServiceUri: storage.outputs.blobEndpoint
      AzureWebJobsStorage__tableServiceUri: storage.outputs.tableEndpoint
      AzureWebJobsStorage__clientId: identity.outputs.clientId
      AzureWebJobsStorage__credential: 'managedidentity'
      ServiceBusConnection__fullyQualifiedNamespace: serviceBus.outputs.hostName
      ServiceBusConnection__clientId: identity.outputs.clientId
      ServiceBusConnection__credential: 'managedidentity'
      AzureSignalRConnectionString__serviceUri: signalR.outputs.endpoint
      AzureSignalRConnectionString__clientId: identity.outputs.clientId
      AzureSignalRConnectionString__credential: 'managedidentity'
      RedisConnection: 'rediss://${identity.outputs.principalId}@${redis.outputs.hostName}:${redis.outputs.port}'
      RedisConnection__clientId: identity.outputs.clientId
      AppConfigConnection__endpoint: appConfiguration.outputs.endpoint
      AppConfigConnection__clientId: identity.outputs.clientId
      PayloadStore: 'redis+blob'
      History: 'on'
      // Without an app registration nothing stands before the app that would strip the headers of a forger.
      SignIn: empty(authClientId) ? 'none' : 'app-service'
      // More than any person, and a whole batch; App Configuration changes it.
      OwnerRatePerSecond: '1000'
      CallbackHosts: callbackHosts
      AllowedOrigins: join(allowedOrigins, ',')
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
      // The exporter would tell Microsoft how it is used.
      APPLICATION_INSIGHTS_NO_STATSBEAT: 'true'
    }
  }
  // Without its roles the app cannot even read its own package.
  dependsOn: [roleAssignments]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    tags: allTags
    email: alertEmail
    serviceBusId: serviceBus.outputs.id
    redisId: redis.outputs.id
    signalRId: signalR.outputs.id
    functionAppId: functionApp.outputs.id
  }
}

@description('Where the web app and the API are.')
output WEB_URL string = functionApp.outputs.url
@description('What `func azure functionapp publish` takes.')
output FUNCTION_APP_NAME string = functionAppName
output RESOURCE_GROUP string = group.name
@description('The app\'s identity: a federated credential of the app registration trusts it.')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output IDENTITY_CLIENT_ID string = identity.outputs.clientId
@description('Where `az appconfig kv set` tunes settings.')
output APP_CONFIGURATION_NAME string = appConfiguration.outputs.name
@description('Where the key is that signs callbacks.')
output KEY_VAULT_NAME string = keyVault.outputs.name
