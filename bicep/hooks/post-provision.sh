#!/bin/sh
# Lets the app registration send people back to the app, and trust the app's identity in the place of a secret. May be run again.
set -eu

: "${AUTH_CLIENT_ID:?is missing: run bicep/hooks/pre-provision.sh first}"
: "${WEB_URL:?is missing: it is an output of bicep/main.bicep}"
: "${IDENTITY_PRINCIPAL_ID:?is missing: it is an output of bicep/main.bicep}"

az ad app update --id "$AUTH_CLIENT_ID" --web-redirect-uris "$WEB_URL/.auth/login/aad/callback"

known=$(az ad app federated-credential list --id "$AUTH_CLIENT_ID" --query "[?subject=='$IDENTITY_PRINCIPAL_ID'].name" --output tsv)
if [ -z "$known" ]; then
  tenant=$(az account show --query tenantId --output tsv)
  authority=$(az cloud show --query endpoints.activeDirectory --output tsv)
  az ad app federated-credential create --id "$AUTH_CLIENT_ID" --output none --parameters "{
    \"name\": \"function-app\",
    \"issuer\": \"${authority%/}/$tenant/v2.0\",
    \"subject\": \"$IDENTITY_PRINCIPAL_ID\",
    \"audiences\": [\"api://AzureADTokenExchange\"]
  }"
fi

echo "People sign in at $WEB_URL. Give them the role user or operator: Entra ID, Enterprise applications, Users and groups."
