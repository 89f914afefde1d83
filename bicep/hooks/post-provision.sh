#!/bin/sh
# Lets the app registration send people back to the app, and trust the app's identity in the place of a secret; makes the key that signs
# callbacks, where there are any. May be run again.
set -eu

: "${AUTH_CLIENT_ID:?is missing: run bicep/hooks/pre-provision.sh first}"
: "${WEB_URL:?is missing: it is an output of bicep/main.bicep}"
: "${IDENTITY_PRINCIPAL_ID:?is missing: it is an output of bicep/main.bicep}"

# Those of other domains, put in by hand, stay.
callback="$WEB_URL/.auth/login/aad/callback"
others=$(az ad app show --id "$AUTH_CLIENT_ID" --query "web.redirectUris[?@!='$callback']" --output tsv)
# shellcheck disable=SC2086 # each a word of its own
az ad app update --id "$AUTH_CLIENT_ID" --web-redirect-uris "$callback" $others

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

if [ -n "${CALLBACK_HOSTS:-}" ]; then
  : "${KEY_VAULT_NAME:?is missing: it is an output of bicep/main.bicep}"
  : "${RESOURCE_GROUP:?is missing: it is an output of bicep/main.bicep}"
  : "${FUNCTION_APP_NAME:?is missing: it is an output of bicep/main.bicep}"
  if [ -z "$(az keyvault secret list --vault-name "$KEY_VAULT_NAME" --query "[?name=='callback-secret'].name" --output tsv)" ]; then
    # In a file that nobody else can read, as arguments of a command can be seen.
    file=$(umask 077 && mktemp)
    trap 'rm -f "$file"' EXIT
    printf 'whsec_%s' "$(head -c 32 /dev/urandom | base64 | tr -d '\n')" > "$file"
    az keyvault secret set --vault-name "$KEY_VAULT_NAME" --name callback-secret --file "$file" --encoding utf-8 --output none
    echo "Made the key that signs callbacks. Who receives them reads it with: az keyvault secret show --vault-name $KEY_VAULT_NAME --name callback-secret"
  fi
  site="/subscriptions/{subscriptionId}/resourceGroups/$RESOURCE_GROUP/providers/Microsoft.Web/sites/$FUNCTION_APP_NAME"
  az rest --method post --url "$site/config/configreferences/appsettings/refresh?api-version=2022-03-01" --output none
fi

echo "People sign in at $WEB_URL. Give them the role user or operator: Entra ID, Enterprise applications, Users and groups."
