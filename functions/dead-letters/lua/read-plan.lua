-- → view
return view()
