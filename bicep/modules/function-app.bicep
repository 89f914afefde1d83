metadata description = 'The function app on Flex Consumption, with sign-in by Entra ID.'

@description('Required. Also the host name: https://NAME.azurewebsites.net.')
param name string

param planName string
param location string
param tags object
param nodeVersion string

@allowed([512, 2048, 4096])
param instanceMemoryMB int

@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Required. Instances that never go to sleep: [{name: \'http\', instanceCount: 1}].')
param alwaysReady array

param identityId string
param identityClientId string

@description('Required. Where the platform keeps the package that was published.')
param packageContainerUrl string

@description('Required. Other origins whose pages may call the API; empty for none.')
param allowedOrigins array

@description('Required. App registration that people sign in with; empty for none.')
param authClientId string

@description('Required. Subnet through which the app reaches the other services; empty for none.')
param subnetId string

@description('Required. Vault with the key that signs callbacks; empty for none.')
param signingVaultUri string

@description('Required. Names and values; docs/settings.md describes them.')
param appSettings object

// Sign-in without a client secret: the app registration trusts the identity.
var signInSettings = empty(authClientId) ? {} : { OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId }

// The platform follows the reference as the app's identity, and to a new version within a day.
var signingSettings = empty(signingVaultUri)
  ? {}
  : { CallbackSecret: '@Microsoft.KeyVault(SecretUri=${signingVaultUri}secrets/callback-secret)' }

module plan 'br/public:avm/res/web/serverfarm:0.7.0' = {
  params: {
    name: planName
    location: location
    tags: tags
    kind: 'functionapp'
    skuName: 'FC1'
    reserved: true
    zoneRedundant: false
    enableTelemetry: false
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.outputs.resourceId
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      cors: {
        allowedOrigins: allowedOrigins
        supportCredentials: !empty(allowedOrigins)
      }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(appSettings, signInSettings, signingSettings)
  }

  resource signIn 'config' = if (!empty(authClientId)) {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true }
      // The platform says who someone is, and strips what others claim; the app refuses who is not signed in. A redirect instead would
      // reach the page as a failed request when a sign-in has ended, and could not be told from an outage.
      globalValidation: {
        requireAuthentication: false
        unauthenticatedClientAction: 'AllowAnonymous'
      }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: authClientId
            clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          }
          validation: {
            allowedAudiences: [authClientId, 'api://${authClientId}']
          }
        }
      }
      httpSettings: { requireHttps: true }
      // Nobody needs the tokens of Entra ID, and the store would be a folder of one instance; who is signed in says the API.
      login: { tokenStore: { enabled: false } }
    }
  }

  // No user name and password for publishing: Entra ID only.
  resource ftpPublishing 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmPublishing 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output id string = app.id
output url string = 'https://${app.properties.defaultHostName}'
