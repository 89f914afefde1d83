metadata description = 'Settings that are tuned while the app runs, read with Entra ID only.'

@minLength(5)
@maxLength(50)
param name string
param location string
param tags object

@description('Required. A free store takes 1,000 requests a day: too few for one instance that asks every minute.')
@allowed(['Developer', 'Standard'])
param skuName string

resource store 'Microsoft.AppConfiguration/configurationStores@2024-06-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: skuName }
  properties: {
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
    // Who deploys by Azure Resource Manager needs a role for the data as well.
    dataPlaneProxy: {
      authenticationMode: 'Pass-through'
      privateLinkDelegation: 'Disabled'
    }
  }
}

output name string = store.name
output endpoint string = store.properties.endpoint
