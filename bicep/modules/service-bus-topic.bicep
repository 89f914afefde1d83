metadata description = 'One topic and its subscriptions, which receive every message.'

param namespaceName string

@description('Required. In the form of Microsoft\'s emulator: {Name, Properties, Subscriptions: [{Name, Properties}]}.')
param topic object

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource entity 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = {
  parent: namespace
  name: topic.Name
  properties: {
    defaultMessageTimeToLive: topic.Properties.DefaultMessageTimeToLive
    duplicateDetectionHistoryTimeWindow: topic.Properties.DuplicateDetectionHistoryTimeWindow
    requiresDuplicateDetection: topic.Properties.RequiresDuplicateDetection
    maxSizeInMegabytes: 5120
  }
}

@batchSize(1)
resource subscription 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [
  for item in topic.Subscriptions: {
    parent: entity
    name: item.Name
    properties: {
      deadLetteringOnMessageExpiration: item.Properties.DeadLetteringOnMessageExpiration
      defaultMessageTimeToLive: item.Properties.DefaultMessageTimeToLive
      lockDuration: item.Properties.LockDuration
      maxDeliveryCount: item.Properties.MaxDeliveryCount
      requiresSession: item.Properties.RequiresSession
    }
  }
]
