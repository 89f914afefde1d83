#!/bin/sh
# Makes the app registration that people sign in with, unless AUTH_CLIENT_ID names one. It has no secret. May be run again.
# Tells azd its ID, or with --print writes it, for who deploys without azd.
set -eu

how=${1:-}

if [ -n "${AUTH_CLIENT_ID:-}" ]; then
  if [ "$how" = --print ]; then echo "$AUTH_CLIENT_ID"; fi
  exit 0
fi
name="async-message-orchestrator (${AZURE_ENV_NAME:?run this through azd, or set AZURE_ENV_NAME})"

id=$(az ad app list --display-name "$name" --query '[0].appId' --output tsv)
if [ -z "$id" ]; then
  # Sign-in by App Service Authentication needs ID tokens.
  id=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --enable-id-token-issuance true \
    --app-roles @bicep/app-roles.json --query appId --output tsv)
  echo "Made the app registration $name." >&2
fi
az ad app update --id "$id" --identifier-uris "api://$id" --set api.requestedAccessTokenVersion=2 --output none

if [ -z "$(az ad sp list --filter "appId eq '$id'" --query '[0].id' --output tsv)" ]; then
  az ad sp create --id "$id" --output none
fi
# Only who has been given a role gets in.
az ad sp update --id "$id" --set appRoleAssignmentRequired=true --output none

if [ "$how" = --print ]; then echo "$id"; else azd env set AUTH_CLIENT_ID "$id"; fi
