metadata description = 'The broker, with the queues and topics of contracts/service-bus.json.'

param name string
param location string
param tags object

@description('Required. Sessions, duplicate detection and topics need Standard or above.')
@allowed(['Standard', 'Premium'])
param skuName string

@description('Required. Queues in the form of Microsoft\'s emulator: {Name, Properties}.')
param queues array

@description('Required. Topics in the same form: {Name, Properties, Subscriptions}.')
param topics array

param isPrivate bool

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: skuName
    tier: skuName
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

@batchSize(1)
resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for item in queues: {
    parent: namespace
    name: item.Name
    properties: {
      deadLetteringOnMessageExpiration: item.Properties.DeadLetteringOnMessageExpiration
      defaultMessageTimeToLive: item.Properties.DefaultMessageTimeToLive
      duplicateDetectionHistoryTimeWindow: item.Properties.DuplicateDetectionHistoryTimeWindow
      lockDuration: item.Properties.LockDuration
      maxDeliveryCount: item.Properties.MaxDeliveryCount
      requiresDuplicateDetection: item.Properties.RequiresDuplicateDetection
      requiresSession: item.Properties.RequiresSession
      maxSizeInMegabytes: 5120
    }
  }
]

@batchSize(1)
module topic 'service-bus-topic.bicep' = [
  for item in topics: {
    params: {
      namespaceName: namespace.name
      topic: item
    }
  }
]

output id string = namespace.id
output name string = namespace.name
output hostName string = replace(replace(namespace.properties.serviceBusEndpoint, 'https://', ''), ':443/', '')
