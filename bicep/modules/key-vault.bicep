metadata description = 'Keeps what signs callbacks. It is put in by bicep/hooks/post-provision.sh, and passes through no template.'

@maxLength(24)
param name string
param location string
param tags object

@description('Required. Nobody can empty a deleted vault before its time; this cannot be taken back.')
param isPurgeProtected bool

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // The service takes true or nothing.
    enablePurgeProtection: isPurgeProtected ? true : null
    publicNetworkAccess: 'Enabled'
  }
}

output name string = vault.name
output uri string = vault.properties.vaultUri
