metadata description = 'What somebody should look at; docs/runbook.md says what to do then.'

param tags object

@description('Required. Who is told; empty for nobody.')
param email string

param serviceBusId string
param redisId string
param signalRId string
param functionAppId string

// One queue, or the topic by all its subscriptions, over its threshold is enough; without this it would be the average of all.
var eachQueue = [{ name: 'EntityName', operator: 'Include', values: ['*'] }]

// learn.microsoft.com/azure/azure-monitor/reference/metrics-index
var alerts = [
  {
    name: 'dead-letters'
    description: 'More than a few messages are in one dead-letter queue, or those of the topic.'
    scope: serviceBusId
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'DeadletteredMessages'
    aggregation: 'Average'
    dimensions: eachQueue
    threshold: 10
    severity: 2
  }
  {
    name: 'backlog'
    description: 'Messages wait in a queue or topic: more arrive than are worked off.'
    scope: serviceBusId
    namespace: 'Microsoft.ServiceBus/namespaces'
    metric: 'ActiveMessages'
    aggregation: 'Average'
    dimensions: eachQueue
    threshold: 10000
    severity: 3
  }
  {
    name: 'redis-memory'
    description: 'Redis is getting full; nothing is evicted, so new tasks will be refused.'
    scope: redisId
    namespace: 'Microsoft.Cache/redisEnterprise'
    metric: 'usedmemorypercentage'
    aggregation: 'Maximum'
    dimensions: []
    threshold: 80
    severity: 1
  }
  {
    name: 'signalr-connections'
    description: 'SignalR is near its number of connections; more browsers would see changes late.'
    scope: signalRId
    namespace: 'Microsoft.SignalRService/SignalR'
    metric: 'ConnectionQuotaUtilization'
    aggregation: 'Maximum'
    dimensions: []
    threshold: 80
    severity: 3
  }
  {
    name: 'server-errors'
    description: 'Requests are answered with 5xx.'
    scope: functionAppId
    namespace: 'Microsoft.Web/sites'
    metric: 'Http5xx'
    aggregation: 'Total'
    dimensions: []
    threshold: 10
    severity: 2
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'operators'
    enabled: true
    emailReceivers: empty(email)
      ? []
      : [
          {
            name: 'email'
            emailAddress: email
            useCommonAlertSchema: true
          }
        ]
  }
}

resource alert 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for item in alerts: {
    name: item.name
    location: 'global'
    tags: tags
    properties: {
      description: item.description
      severity: item.severity
      enabled: true
      scopes: [item.scope]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: item.name
            metricNamespace: item.namespace
            metricName: item.metric
            dimensions: item.dimensions
            operator: 'GreaterThan'
            threshold: item.threshold
            timeAggregation: item.aggregation
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]
