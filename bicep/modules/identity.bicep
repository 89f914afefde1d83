metadata description = 'Who the app is towards every service.'

param name string
param location string
param tags object

module identity 'br/public:avm/res/managed-identity/user-assigned-identity:0.6.0' = {
  params: {
    name: name
    location: location
    tags: tags
    enableTelemetry: false
  }
}

output id string = identity.outputs.resourceId
output clientId string = identity.outputs.clientId
output principalId string = identity.outputs.principalId
